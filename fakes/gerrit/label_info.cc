#include <fmt/format.h>

#include <set>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/submit_rule.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {

namespace {

/// Whose votes are listed: reviewers, and whoever voted on any patch set.
std::set<int> voters(const Change& change) {
  std::set<int> all;
  for (const auto& [account, role] : change.reviewers)
    if (role == Role::kReviewer) all.insert(account);
  for (const auto& revision : change.revisions)
    for (const auto& [label, votes] : revision.votes)
      for (const auto& [account, vote] : votes) all.insert(account);
  return all;
}

const std::map<int, Vote>& votes_of(const Change& change, const std::string& name) {
  static const std::map<int, Vote> none;
  const auto found = change.current().votes.find(name);
  return found == change.current().votes.end() ? none : found->second;
}

/// Who approved, rejected, recommended or disliked: one vote stands for all.
void add_summary(Json& info, const Call& call, const Change& change, const std::string& name,
                 const Label& label, bool detailed) {
  const auto status = label_status(change, name, label);
  if (status.kind == LabelStatus::kOk) info["approved"] = account_info(call.state, *status.by, detailed);
  if (status.kind == LabelStatus::kReject) {
    info["rejected"] = account_info(call.state, *status.by, detailed);
    info["blocking"] = true;
  }
  for (const auto& [account, vote] : votes_of(change, name)) {
    if (info.contains("approved") || info.contains("rejected")) return;
    const auto who = account_info(call.state, account, detailed);
    if (vote.value == label.min() && vote.value < 0) {
      info["rejected"] = who;
    } else if (vote.value == label.max()) {
      info["approved"] = who;
    } else if (vote.value < 0) {
      info["disliked"] = who;
      info["value"] = vote.value;
    } else if (!info.contains("disliked")) {
      info["recommended"] = who;
      info["value"] = vote.value;
    }
  }
}

void add_all(Json& info, const Call& call, const Change& change, const std::string& name, const Label& label,
             bool detailed) {
  const auto& votes = votes_of(change, name);
  for (const int account : voters(change)) {
    auto approval = account_info(call.state, account, detailed);
    approval["value"] = 0;
    if (const auto vote = votes.find(account); vote != votes.end()) {
      approval["value"] = vote->second.value;
      approval["date"] = format_time(vote->second.date);
      if (!vote->second.tag.empty()) approval["tag"] = vote->second.tag;
    }
    if (change.status == Status::kNew)
      approval["permitted_voting_range"] = {{"min", label.min()}, {"max", label.max()}};
    info["all"].push_back(approval);
  }
  info["default_value"] = label.default_value;
  for (const auto& [value, text] : label.values) info["values"][score_text(value)] = text;
}

}  // namespace

Json label_infos(const Call& call, const Change& change, const ChangeOptions& options) {
  Json all = Json::object();
  const bool detailed = options.contains("DETAILED_ACCOUNTS");
  for (const auto& [name, label] : call.state.project_of(change).labels) {
    Json info = Json::object();
    if (label_status(change, name, label).kind == LabelStatus::kMay) info["optional"] = true;
    if (options.contains("LABELS")) add_summary(info, call, change, name, label, detailed);
    if (options.contains("DETAILED_LABELS")) add_all(info, call, change, name, label, detailed);
    all[name] = info;
  }
  return all;
}

Json reviewer_info(const Call& call, const Change& change, int account) {
  auto info = account_info(call.state, account, true);
  info["approvals"] = Json::object();
  for (const auto& [name, label] : call.state.project_of(change).labels) {
    const auto& votes = votes_of(change, name);
    info["approvals"][name] = score_text(votes.contains(account) ? votes.at(account).value : 0);
  }
  return info;
}

std::string score_text(int value) {
  if (value == 0) return " 0";
  return fmt::format("{}{}", value > 0 ? "+" : "", value);
}

}  // namespace fakes::gerrit
