#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/submit_rule.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

void add_diff_size(Json& info, const Revision& revision) {
  int inserted = 0, deleted = 0;
  for (const auto& [path, file] : revision.files) {
    inserted += file.value("lines_inserted", 0);
    deleted += file.value("lines_deleted", 0);
  }
  info["insertions"] = inserted;
  info["deletions"] = deleted;
}

/// Threads whose last comment asks for an answer.
int unresolved_threads(const Change& change) {
  return static_cast<int>(
      std::count_if(change.comments.begin(), change.comments.end(), [&](const Comment& comment) {
        return comment.unresolved &&
               std::none_of(change.comments.begin(), change.comments.end(),
                            [&](const Comment& other) { return other.in_reply_to == comment.id; });
      }));
}

Json reviewers(const Call& call, const Change& change, bool detailed) {
  Json by_role = Json::object();
  for (const auto& [account, role] : change.reviewers)
    by_role[role == Role::kReviewer ? "REVIEWER" : "CC"].push_back(
        account_info(call.state, account, detailed));
  return by_role;
}

Json permitted_labels(const Call& call, const Change& change) {
  Json permitted = Json::object();
  if (!call.caller || change.status == Status::kAbandoned) return permitted;
  for (const auto& [name, label] : call.state.project_of(change).labels) {
    int lowest = label.min();
    if (change.status == Status::kMerged) {  // votes can only be raised then
      const auto votes = change.current().votes.find(name);
      const bool voted = votes != change.current().votes.end() && votes->second.contains(*call.caller);
      lowest = voted ? votes->second.at(*call.caller).value : 0;
    }
    for (const auto& [value, text] : label.values)
      if (value >= lowest) permitted[name].push_back(score_text(value));
  }
  return permitted;
}

Json submit_requirements(const Change& change, const Project& project) {
  Json all = Json::array();
  for (const auto& [name, label] : project.labels) {
    const auto kind = label_status(change, name, label).kind;
    if (kind == LabelStatus::kMay) continue;
    const bool fulfilled = kind == LabelStatus::kOk;
    std::string expression = fmt::format("label:{}=MAX", name);
    if (label.function == "MaxWithBlock") expression += fmt::format(" -label:{}=MIN", name);
    all.push_back(
        {{"name", name},
         {"status", fulfilled ? "SATISFIED" : "UNSATISFIED"},
         {"is_legacy", true},
         {"submittability_expression_result",
          {{"expression", expression}, {"fulfilled", fulfilled}, {"status", fulfilled ? "PASS" : "FAIL"}}}});
  }
  return all;
}

void add_labels(Json& info, const Call& call, const Change& change, const ChangeOptions& options) {
  info["labels"] = label_infos(call, change, options);
  if (!options.contains("DETAILED_LABELS")) return;
  const bool detailed = options.contains("DETAILED_ACCOUNTS");
  info["permitted_labels"] = permitted_labels(call, change);
  info["reviewers"] = reviewers(call, change, detailed);
  info["removable_reviewers"] = Json::array();
  if (call.caller && change.status == Status::kNew)
    for (const auto& [account, role] : change.reviewers)
      info["removable_reviewers"].push_back(account_info(call.state, account, detailed));
}

void add_revisions(Json& info, const Call& call, const Change& change, const ChangeOptions& options,
                   std::optional<int> patch_set) {
  const bool all = options.contains("ALL_REVISIONS"), current = options.contains("CURRENT_REVISION");
  if (!all && !current && !patch_set) return;
  Json revisions = Json::object();
  for (const auto& revision : change.revisions) {
    const bool is_current = revision.number == change.current().number;
    if (!(all || (current && is_current) || patch_set == revision.number)) continue;
    revisions[revision.sha] = revision_info(call, change, revision, options);
    if (is_current) info["current_revision"] = revision.sha;
  }
  info["revisions"] = revisions;
}

}  // namespace

Json account_info(const State& state, int id, bool detailed) {
  Json info{{"_account_id", id}};
  if (!detailed) return info;
  const auto& account = state.accounts.at(id);
  if (!account.name.empty()) info["name"] = account.name;
  if (!account.email.empty()) info["email"] = account.email;
  if (!account.username.empty()) info["username"] = account.username;
  return info;
}

Json change_info(const Call& call, const Change& change, const ChangeOptions& asked,
                 std::optional<int> patch_set) {
  ChangeOptions options = asked;
  if (!change.given.is_null()) options.insert({"ALL_REVISIONS", "ALL_FILES", "ALL_COMMITS", "MESSAGES"});
  const bool detailed = options.contains("DETAILED_ACCOUNTS");
  const auto& project = call.state.project_of(change);
  Json info{{"id", triplet(change)},
            {"project", change.project},
            {"branch", change.branch},
            {"hashtags", change.hashtags},
            {"change_id", change.change_id},
            {"subject", change.current().commit.subject()},
            {"status", upper(name_of(change.status))},
            {"created", format_time(change.created)},
            {"updated", format_time(change.updated)},
            {"submit_type", "MERGE_IF_NECESSARY"},
            {"total_comment_count", change.comments.size()},
            {"unresolved_comment_count", unresolved_threads(change)},
            {"has_review_started", !change.work_in_progress},
            {"_number", change.number},
            {"owner", account_info(call.state, change.owner, detailed)}};
  if (!change.topic.empty()) info["topic"] = change.topic;
  if (change.work_in_progress) info["work_in_progress"] = true;
  if (change.is_private) info["is_private"] = true;
  if (change.submitted) info["submitted"] = format_time(*change.submitted);
  if (change.submitter) info["submitter"] = account_info(call.state, *change.submitter, detailed);
  if (change.status == Status::kMerged)
    info["submission_id"] =
        change.submission_id.empty() ? std::to_string(change.number) : change.submission_id;
  if (change.revert_of) info["revert_of"] = *change.revert_of;
  if (change.cherry_pick_of) {
    info["cherry_pick_of_change"] = change.cherry_pick_of->first;
    info["cherry_pick_of_patch_set"] = change.cherry_pick_of->second;
  }
  if (change.status == Status::kNew && !options.contains("SKIP_MERGEABLE"))
    info["mergeable"] = is_mergeable(call.state, change);
  if (!options.contains("SKIP_DIFFSTAT")) add_diff_size(info, change.current());
  if (options.contains("SUBMITTABLE"))
    info["submittable"] = change.status == Status::kNew && labels_allow_submit(change, project);
  if (options.contains("SUBMIT_REQUIREMENTS"))
    info["submit_requirements"] = submit_requirements(change, project);
  if (options.contains("LABELS") || options.contains("DETAILED_LABELS"))
    add_labels(info, call, change, options);
  if (options.contains("MESSAGES")) {
    info["messages"] = Json::array();
    for (const auto& message : change.messages)
      info["messages"].push_back(message_info(call, message, detailed));
  }
  if (options.contains("CHANGE_ACTIONS")) info["actions"] = change_actions(call, change);
  add_revisions(info, call, change, options, patch_set);
  for (const auto& [name, value] : change.given.items())
    if (!value.is_null() && (!info.contains(name) || name == "id")) info[name] = value;
  return info;
}

Json message_info(const Call& call, const Message& message, bool detailed) {
  Json info{{"id", message.id},
            {"date", format_time(message.date)},
            {"message", message.text},
            {"_revision_number", message.revision}};
  if (message.author) info["author"] = account_info(call.state, *message.author, detailed);
  if (message.real_author) info["real_author"] = account_info(call.state, *message.real_author, detailed);
  if (!message.tag.empty()) info["tag"] = message.tag;
  return info;
}

Json comment_info(const Call& call, const Change& change, const Comment& comment, bool with_patch_set) {
  Json info{{"id", comment.id},
            {"author", account_info(call.state, comment.author, true)},
            {"message", comment.text},
            {"updated", format_time(comment.updated)},
            {"unresolved", comment.unresolved},
            {"change_message_id", comment.message_id}};
  if (with_patch_set) info["patch_set"] = comment.revision;
  info["commit_id"] = change.revisions.at(static_cast<size_t>(comment.revision) - 1).sha;
  if (comment.line > 0) info["line"] = comment.line;
  if (!comment.range.is_null()) info["range"] = comment.range;
  if (comment.side == "PARENT") info["side"] = comment.side;
  if (!comment.in_reply_to.empty()) info["in_reply_to"] = comment.in_reply_to;
  if (!comment.tag.empty()) info["tag"] = comment.tag;
  return info;
}

}  // namespace fakes::gerrit
