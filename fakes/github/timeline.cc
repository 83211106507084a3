// What happened to issues, and their locks.
#include <algorithm>

#include "github/api.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Json event_json(const Call& call, const Repository& repository, const IssueEvent& event) {
  Json json{{"id", event.id},
            {"node_id", node_id("IssueEvent", event.id)},
            {"url", call.view.url(repository) + "/issues/events/" + std::to_string(event.id)},
            {"actor", call.view.user(event.actor)},
            {"event", event.event},
            {"commit_id", nullptr},
            {"commit_url", nullptr},
            {"created_at", iso_time(event.created)},
            {"performed_via_github_app", nullptr}};
  json.update(event.more);
  return json;
}

/// A review is in the timeline alone.
bool is_listed(const IssueEvent& event) { return event.event != "reviewed"; }

Reply of_issue(Call& call) {
  auto& repository = call.repository();
  std::vector<const IssueEvent*> all;
  for (const auto& event : call.issue(repository).events)
    if (is_listed(event)) all.push_back(&event);
  return paged(call, all, [&](const IssueEvent* one) { return event_json(call, repository, *one); });
}

using Listed = std::pair<const Issue*, const IssueEvent*>;

Json with_issue(const Call& call, const Repository& repository, const Listed& one) {
  Json json = event_json(call, repository, *one.second);
  json["issue"] = call.view.issue(repository, *one.first);
  return json;
}

std::vector<Listed> all_of(const Repository& repository) {
  std::vector<Listed> all;
  for (const auto& [number, issue] : repository.issues)
    for (const auto& event : issue.events)
      if (is_listed(event)) all.emplace_back(&issue, &event);
  std::sort(all.begin(), all.end(),
            [](const Listed& a, const Listed& b) { return a.second->id > b.second->id; });
  return all;
}

Reply of_repository(Call& call) {
  auto& repository = call.repository();
  return paged(call, all_of(repository),
               [&](const Listed& one) { return with_issue(call, repository, one); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const Id id = call.id("event");
  for (const auto& one : all_of(repository))
    if (one.second->id == id) return {.body = with_issue(call, repository, one)};
  throw not_found();
}

/// Events, comments, and of a pull request reviews and commits, by their time.
Reply timeline(Call& call) {
  auto& repository = call.repository();
  const auto& issue = call.issue(repository);
  std::vector<std::pair<std::pair<Time, Id>, Json>> all;
  for (const auto& event : issue.events) {
    if (event.event != "reviewed") {
      all.emplace_back(std::pair(event.created, event.id), event_json(call, repository, event));
      continue;
    }
    const auto review = issue.pull->reviews.find(event.more.at("review_id").get<Id>());
    if (review == issue.pull->reviews.end()) continue;
    Json json = call.view.review(repository, issue, review->second);
    json["event"] = "reviewed";
    json["state"] = lower(review->second.state);
    all.emplace_back(std::pair(event.created, event.id), std::move(json));
  }
  for (const auto& [id, comment] : issue.comments) {
    Json json = call.view.comment(repository, issue, comment);
    json["event"] = "commented";
    json["actor"] = json["user"];
    all.emplace_back(std::pair(comment.created, id), std::move(json));
  }
  if (issue.pull)
    for (const auto* commit : commits_of(repository, *issue.pull)) {
      Json json = call.view.git_commit(repository, *commit);
      json["event"] = "committed";
      all.emplace_back(std::pair(commit->committer.date, 0), std::move(json));
    }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return paged(call, all, [](const auto& one) { return one.second; });
}

Reply lock(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  const auto reason = call.fields("Issue").text("lock_reason");
  const std::vector<std::string> reasons{"off-topic", "too heated", "resolved", "spam"};
  if (reason && std::find(reasons.begin(), reasons.end(), *reason) == reasons.end())
    throw invalid("Issue", "lock_reason");
  issue.lock_reason = reason;
  if (std::exchange(issue.locked, true)) return {.status = 204};
  note(call, issue, "locked", {{"lock_reason", or_null(reason)}});
  emit_issue(call, repository, issue, "locked");
  return {.status = 204};
}

Reply unlock(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  issue.lock_reason.reset();
  if (!std::exchange(issue.locked, false)) return {.status = 204};
  note(call, issue, "unlocked");
  emit_issue(call, repository, issue, "unlocked");
  return {.status = 204};
}

}  // namespace

void add_event_routes(Api& api) {
  const std::string issues = "/repos/{owner}/{repo}/issues", page = "?page ?per_page";
  api.on("GET", issues + "/events", page, of_repository);
  api.on("GET", issues + "/events/{event}", "", get);
  api.on("GET", issues + "/{number}/events", page, of_issue);
  api.on("GET", issues + "/{number}/timeline", page, timeline);
  api.on("PUT", issues + "/{number}/lock", "lock_reason", lock);
  api.on("DELETE", issues + "/{number}/lock", "", unlock);
}

}  // namespace fakes::github
