#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/events.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Milestone& found(Call& call, Repository& repository) {
  for (auto& [number, milestone] : repository.milestones)
    if (std::to_string(number) == call.param("number")) return milestone;
  throw not_found();
}

void tell(Call& call, Repository& repository, const Milestone& milestone, const std::string& action) {
  emit(call, repository, "milestone",
       {{"action", action}, {"milestone", call.view.milestone(repository, milestone)}});
}

void check_title(const Repository& repository, const std::string& title, const Milestone* own) {
  if (title.empty() || title.size() > 255) throw invalid("Milestone", "title");
  for (const auto& [number, other] : repository.milestones)
    if (&other != own && other.title == title) throw invalid("Milestone", "title", "already_exists");
}

/// What the body says of it; gives back whether it opens or closes.
bool read(const Fields& fields, Milestone& milestone) {
  if (fields.has("description")) milestone.description = fields.text("description");
  if (fields.has("due_on")) {
    const auto due = fields.text("due_on");
    const auto time = due ? parse_time(*due) : 0;
    if (!time) throw invalid("Milestone", "due_on");
    milestone.due = *time;
  }
  const auto state = fields.text("state");
  if (!state) return false;
  if (*state != "open" && *state != "closed") throw invalid("Milestone", "state");
  if (milestone.open == (*state == "open")) return false;
  milestone.open = *state == "open";
  milestone.closed = milestone.open ? 0 : now();
  return true;
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Milestone");
  Milestone given{.title = fields.required("title"), .creator = call.actor};
  check_title(repository, given.title, nullptr);
  read(fields, given);
  given.id = call.state.next_id();
  given.number = ++repository.last_milestone;
  given.created = given.updated = now();
  given.creator = call.state.user(call.actor).login;
  const auto& milestone = repository.milestones[given.number] = given;
  tell(call, repository, milestone, "created");
  const Json json = call.view.milestone(repository, milestone);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const std::string state = call.query.get("state", "open"), key = call.query.get("sort", "due_on");
  const bool ascending = asks_ascending(call, true, "Milestone");
  if (state != "open" && state != "closed" && state != "all") throw invalid("Milestone", "state");
  if (key != "due_on" && key != "completeness") throw invalid("Milestone", "sort");
  std::vector<std::pair<double, const Milestone*>> all;
  for (const auto& [number, milestone] : repository.milestones) {
    if (state != "all" && milestone.open != (state == "open")) continue;
    const Json json = call.view.milestone(repository, milestone);
    const double open = json["open_issues"], closed = json["closed_issues"];
    all.emplace_back(
        key == "due_on" ? static_cast<double>(milestone.due) : closed / std::max(1.0, open + closed),
        &milestone);
  }
  const auto rank = [](const auto& one) { return std::pair(one.first, one.second->number); };
  std::sort(all.begin(), all.end(),
            [&](const auto& a, const auto& b) { return ascending ? rank(a) < rank(b) : rank(b) < rank(a); });
  return paged(call, all, [&](const auto& one) { return call.view.milestone(repository, *one.second); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = call.view.milestone(repository, found(call, repository))};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& milestone = found(call, repository);
  const auto fields = call.fields("Milestone");
  Milestone changed = milestone;
  if (const auto title = fields.text("title")) changed.title = *title;
  check_title(repository, changed.title, &milestone);
  const bool turned = read(fields, changed);
  changed.updated = now();
  milestone = changed;
  tell(call, repository, milestone, turned ? (milestone.open ? "opened" : "closed") : "edited");
  return {.body = call.view.milestone(repository, milestone)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const Milestone gone = found(call, repository);
  for (auto& [number, issue] : repository.issues)
    if (issue.milestone == gone.number) issue.milestone = 0;
  tell(call, repository, gone, "deleted");
  repository.milestones.erase(gone.number);
  return {.status = 204};
}

/// Of the issues that it has.
Reply labels(Call& call) {
  auto& repository = call.repository();
  const int number = found(call, repository).number;
  std::map<Id, const Label*> all;
  for (const auto& [key, issue] : repository.issues)
    if (issue.milestone == number)
      for (const Id id : issue.labels) all[id] = &repository.labels.at(id);
  std::vector<const Label*> listed;
  for (const auto& [id, label] : all) listed.push_back(label);
  return paged(call, listed, [&](const Label* one) { return call.view.label(repository, *one); });
}

}  // namespace

void add_milestone_routes(Api& api) {
  const std::string milestones = "/repos/{owner}/{repo}/milestones",
                    fields = "title state description due_on";
  api.on("GET", milestones, "?state ?sort ?direction ?page ?per_page", list);
  api.on("POST", milestones, fields, create);
  api.on("GET", milestones + "/{number}", "", get);
  api.on("PATCH", milestones + "/{number}", fields, edit);
  api.on("DELETE", milestones + "/{number}", "", remove);
  api.on("GET", milestones + "/{number}/labels", "?page ?per_page", labels);
}

}  // namespace fakes::github
