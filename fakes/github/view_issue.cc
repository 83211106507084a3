// The JSON of issues, pull requests and what hangs on them.
#include "github/difference.h"
#include "github/history.h"
#include "github/people.h"
#include "github/protection.h"
#include "github/text.h"
#include "github/view.h"
#include "http/not_implemented.h"

namespace fakes::github {

Json View::issue(const Repository& r, const Issue& i) const {
  const std::string number = std::to_string(i.number), api = url(r) + "/issues/" + number;
  const std::string html = html_url(r) + (i.pull ? "/pull/" : "/issues/") + number;
  Json json{{"id", i.id},
            {"node_id", node_id(i.pull ? "PullRequest" : "Issue", i.id)},
            {"url", api},
            {"repository_url", url(r)},
            {"labels_url", api + "/labels{/name}"},
            {"comments_url", api + "/comments"},
            {"events_url", api + "/events"},
            {"timeline_url", api + "/timeline"},
            {"html_url", html},
            {"number", i.number},
            {"title", i.title},
            {"user", user(i.user)},
            {"labels", labels(r, i)},
            {"state", i.open ? "open" : "closed"},
            {"state_reason", or_null(i.state_reason)},
            {"locked", i.locked},
            {"performed_via_github_app", nullptr},
            {"active_lock_reason", or_null(i.lock_reason)},
            {"assignee", i.assignees.empty() ? Json(nullptr) : user(i.assignees[0])},
            {"assignees", users(i.assignees)},
            {"milestone", i.milestone == 0 ? Json(nullptr) : milestone(r, r.milestones.at(i.milestone))},
            {"comments", i.comments.size()},
            {"created_at", iso_time(i.created)},
            {"updated_at", iso_time(i.updated)},
            {"closed_at", time_or_null(i.closed)},
            {"closed_by", user(i.closed_by)},
            {"author_association", association_of(state_, r, i.user)},
            {"body", or_null(i.body)},
            {"reactions", reactions(api, i.reactions)}};
  if (i.pull) {
    json["draft"] = i.pull->draft;
    json["pull_request"] = {{"url", url(r) + "/pulls/" + number},
                            {"html_url", html},
                            {"diff_url", html + ".diff"},
                            {"patch_url", html + ".patch"},
                            {"merged_at", time_or_null(i.pull->merged_at)}};
  }
  return json;
}

Json View::comment(const Repository& r, const Issue& i, const Comment& c) const {
  return {{"id", c.id},
          {"node_id", node_id("IssueComment", c.id)},
          {"url", url(r) + "/issues/comments/" + std::to_string(c.id)},
          {"html_url", html_url(r) + (i.pull ? "/pull/" : "/issues/") + std::to_string(i.number) +
                           "#issuecomment-" + std::to_string(c.id)},
          {"issue_url", url(r) + "/issues/" + std::to_string(i.number)},
          {"body", c.body},
          {"user", user(c.user)},
          {"author_association", association_of(state_, r, c.user)},
          {"created_at", iso_time(c.created)},
          {"updated_at", iso_time(c.updated)},
          {"reactions", reactions(url(r) + "/issues/comments/" + std::to_string(c.id), c.reactions)}};
}

Json View::side(const PullSide& s) const {
  const auto slash = s.repository.find('/');
  const std::string owner = s.repository.substr(0, slash);
  const Repository* r = state_.find_repository(s.repository);
  return {{"label", owner + ":" + s.ref},
          {"ref", s.ref},
          {"sha", s.sha},
          {"user", user(owner)},
          {"repo", r ? repository(*r) : Json(nullptr)}};
}

Json View::pull(const Repository& r, const Issue& i, bool full) const {
  const Pull& p = *i.pull;
  const std::string number = std::to_string(i.number), api = url(r) + "/pulls/" + number;
  Json json = issue(r, i);
  for (const char* of_issue : {"labels_url", "events_url", "timeline_url", "repository_url", "pull_request",
                               "closed_by", "state_reason", "reactions"})
    json.erase(of_issue);
  json["url"] = api;
  json["issue_url"] = url(r) + "/issues/" + number;
  json["diff_url"] = html_url(r) + "/pull/" + number + ".diff";
  json["patch_url"] = html_url(r) + "/pull/" + number + ".patch";
  json["commits_url"] = api + "/commits";
  json["review_comments_url"] = api + "/comments";
  json["review_comment_url"] = url(r) + "/pulls/comments{/number}";
  json["statuses_url"] = url(r) + "/statuses/" + p.head.sha;
  json["head"] = side(p.head);
  json["base"] = side(p.base);
  json["draft"] = p.draft;
  json["merged_at"] = time_or_null(p.merged_at);
  json["merge_commit_sha"] = p.merge_commit.empty() ? Json(nullptr) : Json(p.merge_commit);
  json["auto_merge"] = nullptr;
  json["requested_reviewers"] = users(p.reviewers);
  json["requested_teams"] = Json::array();
  for (const auto& team : p.teams) json["requested_teams"].push_back(asked_team(r, team));
  json["_links"] = {{"self", {{"href", api}}},
                    {"html", {{"href", json["html_url"]}}},
                    {"issue", {{"href", json["issue_url"]}}},
                    {"comments", {{"href", json["comments_url"]}}},
                    {"commits", {{"href", json["commits_url"]}}},
                    {"statuses", {{"href", json["statuses_url"]}}}};
  if (!full) {
    json.erase("comments");
    return json;
  }
  Json files = Json::array();
  try {
    files = files_of_pull(state_.data.objects, r, p);
  } catch (const http::NotImplemented&) {  // a seed named the tree alone
  }
  std::int64_t additions = 0, deletions = 0;
  for (const auto& file : files) {
    additions += file.at("additions").get<std::int64_t>();
    deletions += file.at("deletions").get<std::int64_t>();
  }
  json["merged"] = p.merged;
  json["merged_by"] = user(p.merged_by);
  const auto mergeable =
      p.mergeable.value_or(false) ? std::optional(merges(state_.data.objects, r, p)) : p.mergeable;
  json["mergeable"] = p.merged ? Json(nullptr) : or_null(mergeable);
  json["mergeable_state"] = p.merged || !mergeable ? "unknown"
                            : !*mergeable          ? "dirty"
                            : p.draft              ? "draft"
                                                   : merge_state_of(state_, r, i);
  json["rebaseable"] = json["mergeable"];
  json["review_comments"] = p.comments.size();
  json["maintainer_can_modify"] = p.maintainer_can_modify;
  json["commits"] = commits_of(r, p).size();
  json["additions"] = additions;
  json["deletions"] = deletions;
  json["changed_files"] = files.size();
  return json;
}

Json View::review(const Repository& r, const Issue& i, const Review& v) const {
  const std::string html = html_url(r) + "/pull/" + std::to_string(i.number),
                    api = url(r) + "/pulls/" + std::to_string(i.number);
  Json json{{"id", v.id},
            {"node_id", node_id("PullRequestReview", v.id)},
            {"user", user(v.user)},
            {"body", v.body},
            {"state", v.state},
            {"html_url", html + "#pullrequestreview-" + std::to_string(v.id)},
            {"pull_request_url", api},
            {"author_association", association_of(state_, r, v.user)},
            {"commit_id", v.commit}};
  json["_links"] = {{"html", {{"href", json["html_url"]}}}, {"pull_request", {{"href", api}}}};
  if (v.submitted != 0) json["submitted_at"] = iso_time(v.submitted);
  return json;
}

}  // namespace fakes::github
