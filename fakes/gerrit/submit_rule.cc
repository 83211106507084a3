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
  if (change.status != Status::kNew) return "change is " + name_of(change.status);
  if (!project.branches.contains(full_name(change.branch)))
    return fmt::format("destination branch \"{}\" not found.", full_name(change.branch));
  std::string problem;
  if (change.work_in_progress) problem = fmt::format("Change {} is marked work in progress", change.number);
  for (const auto& [name, label] : project.labels) {
    const auto kind = label_status(change, name, label).kind;
    if (problem.empty() && (kind == LabelStatus::kNeed || kind == LabelStatus::kReject))
      problem = fmt::format("submit requirement '{}' is unsatisfied.", name);
  }
  if (problem.empty() && !change.mergeable) problem = "Change could not be merged due to a path conflict.";
  if (problem.empty()) return "";
  return fmt::format("Failed to submit 1 change due to the following problems:\nChange {}: {}", change.number,
                     problem);
}

}  // namespace fakes::gerrit
