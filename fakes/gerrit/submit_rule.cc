#include "gerrit/submit_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "gerrit/ids.h"

namespace fakes::gerrit {

LabelStatus label_status(const Change& change, const std::string& name, const Label& label) {
  std::optional<int> lowest, highest;
  if (const auto votes = change.current().votes.find(name); votes != change.current().votes.end()) {
    for (const auto& [account, vote] : votes->second) {
      if (vote.value == label.min() && vote.value < 0 && !lowest) lowest = account;
      if (vote.value == label.max() && !highest) highest = account;
    }
  }
  const auto& function = label.function;
  const bool blocks = function == "MaxWithBlock" || function == "AnyWithBlock";
  const bool needs_max = function == "MaxWithBlock" || function == "MaxNoBlock";
  if (blocks && lowest) return {LabelStatus::kReject, lowest};
  if (needs_max)
    return highest ? LabelStatus{LabelStatus::kOk, highest} : LabelStatus{LabelStatus::kNeed, {}};
  return {};
}

bool labels_allow_submit(const Change& change, const Project& project) {
  return std::all_of(project.labels.begin(), project.labels.end(), [&](const auto& one) {
    const auto kind = label_status(change, one.first, one.second).kind;
    return kind == LabelStatus::kOk || kind == LabelStatus::kMay;
  });
}

std::string submit_problem(const Change& change, const Project& project) {
  if (change.work_in_progress) return fmt::format("Change {} is marked work in progress", change.number);
  for (const auto& [name, label] : project.labels) {
    const auto kind = label_status(change, name, label).kind;
    if (kind == LabelStatus::kNeed || kind == LabelStatus::kReject)
      return fmt::format("submit requirement '{}' is unsatisfied.", name);
  }
  return "";
}

}  // namespace fakes::gerrit
