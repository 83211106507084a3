#include "deploy/recreate.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "cluster/objects.h"
#include "deploy/install_order.h"
#include "deploy/removal.h"

namespace harness {

namespace {

using Json = nlohmann::json;

bool says_immutable(const ApiStatus::Cause& cause) {
  static const RE2 words(
      "immutable|may not be (?:changed|updated)|may not change|cannot (?:be )?change|must not be "
      "changed|updates? to .*forbidden|pod updates may not|is not allowed to change");
  return RE2::PartialMatch(cause.message, words);
}

/// What is taken only because the object that is to be replaced has it.
bool says_taken(const ApiStatus::Cause& cause) {
  return RE2::PartialMatch(cause.message, "already allocated|provided IP|is already in use");
}

bool has_fixed_name(const Object& object) {
  return is_definition(object) || is_api_service(object) ||
         (object.kind == "Namespace" && object.api_version == "v1") || object.kind == "Node";
}

bool has_claims(const Json& stateful_set) {
  return !list_at(stateful_set, "/spec/volumeClaimTemplates").empty();
}

std::string in_namespace(const Object& object, const std::string& plural) {
  return "/api/v1/namespaces/" + object.name_space + "/" + plural;
}

/// Those that a StatefulSet's pods use: "data-db-0" for the template "data" of the StatefulSet "db".
std::vector<std::string> claims_of(const KubeApi& api, const Object& object, const Json& stored,
                                   std::stop_token stop) {
  std::vector<std::string> names;
  const Json list = api.get(in_namespace(object, "persistentvolumeclaims"), stop);
  for (const auto& claim : list_at(list, "/items"))
    for (const auto& wanted : list_at(stored, "/spec/volumeClaimTemplates")) {
      const auto prefix = name_of(wanted) + "-" + object.name + "-", name = name_of(claim);
      if (name.starts_with(prefix) && name.size() > prefix.size() &&
          name.find_first_not_of("0123456789", prefix.size()) == std::string::npos)
        names.push_back(name);
    }
  return names;
}

/// A claim stays as long as a pod that runs on a node uses it; pods that their controllers make instead wait
/// for the new one.
void remove_claim(const KubeApi& api, const Object& object, const std::string& name, const Waiting& waiting,
                  std::stop_token stop) {
  api.remove(in_namespace(object, "persistentvolumeclaims") + "/" + name, stop);
  const Json pods = api.get(in_namespace(object, "pods"), stop);
  for (const auto& pod : list_at(pods, "/items"))
    for (const auto& volume : list_at(pod, "/spec/volumes"))
      if (text_at(volume, "/persistentVolumeClaim/claimName") == name)
        api.remove(in_namespace(object, "pods") + "/" + name_of(pod), stop);
  remove_and_wait(api, {"", "PersistentVolumeClaim"},
                  in_namespace(object, "persistentvolumeclaims") + "/" + name,
                  "PersistentVolumeClaim " + name, waiting, stop);
}

/// Whether the fields of `wanted` that a claim's template has are those of `stored`: the API adds defaults.
bool is_within(const Json& wanted, const Json& stored) {
  if (wanted.is_object()) {
    for (const auto& [key, value] : wanted.items())
      if (!stored.is_object() || !stored.contains(key) || !is_within(value, stored[key])) return false;
    return true;
  }
  if (!wanted.is_array()) return wanted == stored;
  if (!stored.is_array() || wanted.size() != stored.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (!is_within(wanted[i], stored[i])) return false;
  return true;
}

}  // namespace

bool refuses_only_the_change(const KubeApi& api, const Object& object, const std::string& collection,
                             const ApiStatus& refused, std::stop_token stop) {
  const bool said = std::any_of(refused.causes.begin(), refused.causes.end(), says_immutable);
  if (has_fixed_name(object))
    return !refused.causes.empty() &&
           std::all_of(refused.causes.begin(), refused.causes.end(), says_immutable);
  Json other = object.body;
  const auto name = "harness-" + sha256_hex(object.kind + object.name).substr(0, 12);
  other["metadata"]["name"] = name;
  try {
    api.apply(collection + "/" + name, other, stop, KubeApi::Apply::dry_run);
    return true;
  } catch (const ApiError& e) {
    if (may_pass(e.status)) return said;  // a quota counts the old one, too
    return said && !e.status.causes.empty() &&
           std::all_of(e.status.causes.begin(), e.status.causes.end(), says_taken);
  }
}

std::string data_of(const Object& object, const Json& stored) {
  const auto group = group_of(object.api_version);
  if (group.empty() && (object.kind == "PersistentVolumeClaim" || object.kind == "PersistentVolume"))
    return "what is stored in it";
  if (group == "apps" && object.kind == "StatefulSet" && has_claims(stored))
    return "what its pods have stored in their volumes";
  if (is_definition(object)) return "all " + text_at(stored, "/spec/names/kind") + " objects";
  return "";
}

void take_away(const KubeApi& api, const Object& object, const std::string& path, const std::string& why,
               bool may_lose_data, const Waiting& waiting, std::stop_token stop) {
  const Json stored = api.get(path, stop);
  if (stored.is_null()) return;
  const auto data = data_of(object, stored);
  const std::string title = object.kind + " " + object.name;
  if (!data.empty() && !may_lose_data)
    throw Error(title + " cannot be changed in place: " + why,
                {.output_tail = "To recreate it, " + data + " would be deleted.",
                 .hint = "undo the change in " + place_of(object) +
                         ", or allow it: recreate: data at the component in components.yaml",
                 .exit_code = kDeploy});
  if (waiting.on_notice) waiting.on_notice(title + " is recreated: " + why);
  if (object.kind == "PersistentVolumeClaim") return remove_claim(api, object, object.name, waiting, stop);
  const bool other_claims =
      object.kind == "StatefulSet" && !is_within(list_at(object.body, "/spec/volumeClaimTemplates"),
                                                 list_at(stored, "/spec/volumeClaimTemplates"));
  const auto claims = other_claims ? claims_of(api, object, stored, stop) : std::vector<std::string>{};
  remove_and_wait(api, type_of(object.api_version, object.kind), path, title, waiting, stop);
  for (const auto& name : claims) remove_claim(api, object, name, waiting, stop);
}

}  // namespace harness
