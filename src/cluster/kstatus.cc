#include "cluster/kstatus.h"

#include <charconv>
#include <optional>

#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using State = ObjectStatus::State;

/// "Ready is False: IssuerNotFound: there is no Issuer x"
std::string said_by(const Json& condition) {
  std::string text = text_at(condition, "/type") + " is " + text_at(condition, "/status");
  for (const char* part : {"/reason", "/message"})
    if (const auto said = text_at(condition, part); !said.empty()) text += ": " + said;
  return text;
}

constexpr const char* kAskController = "check that its controller is deployed and runs";

int64_t generation_of(const Json& object) { return number_at(object, "/metadata/generation"); }

/// Some controllers write the generation that they have seen as a text.
std::optional<int64_t> observed_generation(const Json& object) {
  if (const Json& observed = json_at(object, "/status/observedGeneration"); observed.is_number())
    return observed.get<int64_t>();
  const auto text = text_at(object, "/status/observedGeneration");
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return is_number ? std::optional(number) : std::nullopt;
}

/// Whether it was set for an older generation. A 0 is a field that its controller does not fill in.
bool is_outdated(const Json& condition, const Json& object) {
  const int64_t observed = number_at(condition, "/observedGeneration");
  return observed > 0 && observed < generation_of(object);
}

bool holds(const Json& object, const char* type) {
  const Json& one = condition_of(object, type);
  return text_at(one, "/status") == "True" && !is_outdated(one, object);
}

/// "Issuing, Approved"
std::string condition_names(const Json& object) {
  std::vector<std::string> names;
  for (const auto& one : list_at(object, "/status/conditions")) names.push_back(text_at(one, "/type"));
  return join(names, ", ");
}

/// Of a condition that is there.
ObjectStatus of_condition(const Json& condition, const Json& object) {
  if (is_outdated(condition, object))
    return {
        State::in_progress,
        text_at(condition, "/type") + " was set before the last change: its controller has not seen that yet",
        kAskController};
  if (text_at(condition, "/status") != "True")
    return {State::in_progress, said_by(condition),
            "its condition says why; the log of its controller may say more"};
  return {};
}

ObjectStatus of_definition(const Json& definition) {
  if (const Json& names = condition_of(definition, "NamesAccepted"); text_at(names, "/status") == "False")
    return {State::failed, said_by(names)};
  if (const Json& established = condition_of(definition, "Established");
      text_at(established, "/status") == "False" && text_at(established, "/reason") != "Installing")
    return {State::failed, said_by(established)};
  if (has_condition(definition, "Established")) return {};
  return {State::in_progress, "the API does not serve it yet"};
}

/// What Kubernetes itself knows about its own types; nothing for any other.
std::optional<ObjectStatus> of_own_type(const GroupKind& type, const Json& object) {
  if (type == GroupKind{"apiextensions.k8s.io", "CustomResourceDefinition"}) return of_definition(object);
  if (type == GroupKind{"apiregistration.k8s.io", "APIService"}) {
    if (has_condition(object, "Available")) return ObjectStatus{};
    const Json& available = condition_of(object, "Available");
    return ObjectStatus{State::in_progress,
                        available.is_null() ? "it is not available yet" : said_by(available)};
  }
  // A claim whose class waits for its first consumer is bound by the pod that names it, which is waited for.
  const bool has_no_other = type.group.empty() || type.group == "apps" || type.group == "batch" ||
                            type.group == "policy" || type.group == "autoscaling";
  return has_no_other ? std::optional(ObjectStatus{}) : std::nullopt;
}

}  // namespace

ObjectStatus condition_status(const Json& object, const std::string& condition) {
  const Json& one = condition_of(object, condition.c_str());
  if (!one.is_null()) return of_condition(one, object);
  const auto others = condition_names(object);
  return {State::in_progress,
          "nothing has set its condition " + condition +
              (others.empty() ? "; it has no conditions at all" : "; it has " + others),
          others.empty() ? "what sets it must be deployed and run: look at its controller. If none sets this "
                           "condition, correct ready: in components.yaml"
                         : "if its controller has no such condition, correct ready: in components.yaml; else "
                           "the controller's log may say why it is not set"};
}

ObjectStatus kstatus_of(const GroupKind& type, const Json& object, const std::string& ready) {
  if (is_ending(object)) return {State::terminating, "it is being deleted"};
  if (const auto observed = observed_generation(object); observed && *observed < generation_of(object))
    return {State::in_progress, "its controller has not seen the change yet", kAskController};
  if (holds(object, "Stalled"))
    return {State::failed, said_by(condition_of(object, "Stalled")),
            "its condition says why; the log of its controller may say more"};
  if (holds(object, "Reconciling"))
    return {State::in_progress, said_by(condition_of(object, "Reconciling")),
            "the log of its controller may say more"};
  if (!ready.empty()) return condition_status(object, ready);
  if (const auto own = of_own_type(type, object)) return *own;
  const Json& condition = condition_of(object, "Ready");
  return condition.is_null() ? ObjectStatus{} : of_condition(condition, object);
}

}  // namespace harness
