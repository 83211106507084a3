#include "cluster/kstatus.h"

#include <optional>

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

ObjectStatus of_definition(const Json& definition) {
  if (const Json& names = condition_of(definition, "NamesAccepted"); text_at(names, "/status") == "False") return {State::failed, said_by(names)};
  if (const Json& established = condition_of(definition, "Established"); text_at(established, "/status") == "False" && text_at(established, "/reason") != "Installing")
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
    return ObjectStatus{State::in_progress, available.is_null() ? "it is not available yet" : said_by(available)};
  }
  // A claim whose class waits for its first consumer is bound by the pod that names it, which is waited for.
  const bool has_no_other = type.group.empty() || type.group == "apps" || type.group == "batch" || type.group == "policy" || type.group == "autoscaling";
  return has_no_other ? std::optional(ObjectStatus{}) : std::nullopt;
}

}  // namespace

ObjectStatus kstatus_of(const GroupKind& type, const Json& object) {
  if (is_ending(object)) return {State::terminating, "it is being deleted"};
  const Json& observed = json_at(object, "/status/observedGeneration");
  if (observed.is_number() && !is_observed(object)) return {State::in_progress, "its controller has not seen the change yet"};
  if (const Json& one = condition_of(object, "Stalled"); has_condition(object, "Stalled")) return {State::failed, said_by(one)};
  if (const Json& one = condition_of(object, "Reconciling"); has_condition(object, "Reconciling")) return {State::in_progress, said_by(one)};
  if (const auto own = of_own_type(type, object)) return *own;
  const Json& ready = condition_of(object, "Ready");
  if (!ready.is_null() && text_at(ready, "/status") != "True") return {State::in_progress, said_by(ready)};
  return {};
}

}  // namespace harness
