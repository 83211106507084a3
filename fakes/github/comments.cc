#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/events.h"
#include "github/text.h"

namespace fakes::github {

namespace {

struct Found {
  Issue& issue;
  Comment& comment;
};

Found found(Call& call, Repository& repository) {
  const Id id = call.id("comment");
  for (auto& [number, issue] : repository.issues)
    if (const auto comment = issue.comments.find(id); comment != issue.comments.end())
      return {issue, comment->second};
  throw not_found();
}

void tell(Call& call, Repository& repository, const Issue& issue, const Comment& comment,
          const std::string& action, const Json& more = Json::object()) {
  Json payload{{"action", action},
               {"issue", call.view.issue(repository, issue)},
               {"comment", call.view.comment(repository, issue, comment)}};
  payload.update(more);
  emit(call, repository, "issue_comment", payload);
}

std::string body_of(const Call& call) {
  const std::string body = call.fields("IssueComment").required("body");
  check_length(body, kLongestBody, "IssueComment", "body");
  return body;
}

Reply create(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  Comment given{.body = body_of(call)};
  given.id = call.state.next_id();
  given.user = call.state.user(call.actor).login;
  given.created = given.updated = now();
  const auto& comment = issue.comments[given.id] = given;
  call.state.touch(issue);
  tell(call, repository, issue, comment, "created");
  const Json json = call.view.comment(repository, issue, comment);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const auto& issue = call.issue(repository);
  const auto first = asked_time(call, "since", "IssueComment");
  std::vector<const Comment*> all;
  for (const auto& [id, comment] : issue.comments)
    if (!first || comment.updated >= *first) all.push_back(&comment);
  return paged(call, all, [&](const Comment* one) { return call.view.comment(repository, issue, *one); });
}

Reply list_of_repository(Call& call) {
  auto& repository = call.repository();
  const auto first = asked_time(call, "since", "IssueComment");
  std::vector<std::pair<const Issue*, const Comment*>> all;
  for (const auto& [number, issue] : repository.issues)
    for (const auto& [id, comment] : issue.comments)
      if (!first || comment.updated >= *first) all.emplace_back(&issue, &comment);
  const std::string key = call.query.get("sort", "created");
  if (key != "created" && key != "updated") throw invalid("IssueComment", "sort");
  const bool by_update = key == "updated", descending = !asks_ascending(call, true, "IssueComment");
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    const auto rank = [&](const auto& one) {
      return std::pair(by_update ? one.second->updated : 0, one.second->id);
    };
    return descending ? rank(b) < rank(a) : rank(a) < rank(b);
  });
  return paged(call, all,
               [&](const auto& one) { return call.view.comment(repository, *one.first, *one.second); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  return {.body = call.view.comment(repository, issue, comment)};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  const std::string body = body_of(call), before = std::exchange(comment.body, body);
  comment.updated = now();
  call.state.touch(issue);
  tell(call, repository, issue, comment, "edited", {{"changes", {{"body", {{"from", before}}}}}});
  return {.body = call.view.comment(repository, issue, comment)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  const Comment gone = comment;
  issue.comments.erase(gone.id);
  call.state.touch(issue);
  tell(call, repository, issue, gone, "deleted");
  return {.status = 204};
}

}  // namespace

void add_comment_routes(Api& api) {
  const std::string issues = "/repos/{owner}/{repo}/issues";
  api.on("POST", issues + "/{number}/comments", "body +raw", create);
  api.on("GET", issues + "/{number}/comments", "?since ?page ?per_page +raw", list);
  api.on("GET", issues + "/comments", "?sort ?direction ?since ?page ?per_page +raw", list_of_repository);
  api.on("GET", issues + "/comments/{comment}", "+raw", get);
  api.on("PATCH", issues + "/comments/{comment}", "body +raw", edit);
  api.on("DELETE", issues + "/comments/{comment}", "", remove);
}

}  // namespace fakes::github
