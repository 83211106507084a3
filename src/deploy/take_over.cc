#include "deploy/take_over.h"

#include <set>
#include <string>

#include "deploy/install_order.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// Whoever makes an object by kubectl owns fields that can never change: only changes are taken over.
bool is_by_hand(const Json& entry) {
  static const std::set<std::string> changing{"kubectl-edit",   "kubectl-patch",    "kubectl-set",
                                              "kubectl-label",  "kubectl-annotate", "kubectl-replace",
                                              "kubectl-rollout"};
  return changing.contains(text_at(entry, "/manager")) && text_at(entry, "/operation") == "Update" &&
         text_at(entry, "/subresource").empty();
}

bool is_applied_by_harness(const Json& entry) {
  return text_at(entry, "/manager") == kFieldManager && text_at(entry, "/operation") == "Apply" &&
         text_at(entry, "/subresource").empty();
}

}  // namespace

Json fields_changed_by_hand(const Json& stored) {
  Json fields = Json::object();
  for (const auto& entry : list_at(stored, "/metadata/managedFields"))
    if (is_by_hand(entry)) fields.merge_patch(json_at(entry, "/fieldsV1"));
  return fields;
}

Json fields_taken_over(const GroupKind& type, const Json& stored) {
  const bool is_custom = install_rank(type.group, type.kind) == kCustomRank;
  const Json taken = fields_changed_by_hand(stored);
  Json others = Json::array(), own;
  for (const auto& entry : list_at(stored, "/metadata/managedFields")) {
    if (is_applied_by_harness(entry))
      own = entry;
    else if (!is_by_hand(entry))
      others.push_back(entry);
  }
  if (is_custom || own.is_null() || taken.empty()) return nullptr;
  own["fieldsV1"].merge_patch(taken);
  others.push_back(std::move(own));
  return others;
}

}  // namespace harness
