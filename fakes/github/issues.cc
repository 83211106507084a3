#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/rights.h"
#include "github/search.h"
#include "github/text.h"

namespace fakes::github {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool has_label(const Repository& repository, const Issue& issue, const std::string& name) {
  return std::any_of(issue.labels.begin(), issue.labels.end(),
                     [&](Id id) { return lower(repository.labels.at(id).name) == lower(name); });
}

bool fits_assignee(const Issue& issue, const std::string& wanted) {
  if (wanted.empty()) return true;
  if (wanted == "none") return issue.assignees.empty();
  if (wanted == "*") return !issue.assignees.empty();
  return std::any_of(issue.assignees.begin(), issue.assignees.end(),
                     [&](const auto& one) { return lower(one) == lower(wanted); });
}

bool fits_milestone(const Issue& issue, const std::string& wanted) {
  if (wanted.empty()) return true;
  if (wanted == "none") return issue.milestone == 0;
  if (wanted == "*") return issue.milestone != 0;
  return std::to_string(issue.milestone) == wanted;
}

void check_milestone(const Repository& repository, const std::string& wanted) {
  if (!wanted.empty() && wanted != "none" && wanted != "*" &&
      std::none_of(repository.milestones.begin(), repository.milestones.end(),
                   [&](const auto& one) { return std::to_string(one.first) == wanted; }))
    throw invalid("Issue", "milestone");
}

std::string one_of(const Call& call, const std::string& name, const std::vector<std::string>& values) {
  const std::string value = call.query.get(name, values[0]);
  if (std::find(values.begin(), values.end(), value) == values.end()) throw invalid("Issue", name);
  return value;
}

void sort(std::vector<const Issue*>& issues, const std::string& key, bool ascending) {
  const auto rank = [&](const Issue* one) -> std::pair<std::uint64_t, std::uint64_t> {
    const auto number = static_cast<std::uint64_t>(one->number);
    if (key == "comments") return {one->comments.size(), number};
    if (key == "updated") return {static_cast<std::uint64_t>(one->updated), one->touched};
    return {0, number};
  };
  std::sort(issues.begin(), issues.end(), [&](const Issue* a, const Issue* b) {
    return ascending ? rank(a) < rank(b) : rank(b) < rank(a);
  });
}

Reply list(Call& call) {
  auto& repository = call.repository();
  need_issues(repository);
  const std::string state = one_of(call, "state", {"open", "closed", "all"}),
                    key = one_of(call, "sort", {"created", "updated", "comments"});
  const bool ascending = one_of(call, "direction", {"desc", "asc"}) == "asc";
  const auto labels = split(call.query.get("labels"));
  const std::string creator = lower(call.query.get("creator")), assignee = call.query.get("assignee");
  const std::string milestone = call.query.get("milestone"), mentioned = lower(call.query.get("mentioned"));
  const auto since = asked_time(call, "since", "Issue");
  check_milestone(repository, milestone);
  std::vector<const Issue*> found;
  for (const auto& [number, issue] : repository.issues) {
    if (state != "all" && issue.open != (state == "open")) continue;
    if (since && issue.updated < *since) continue;
    if (!creator.empty() && lower(issue.user) != creator) continue;
    if (!fits_assignee(issue, assignee) || !fits_milestone(issue, milestone)) continue;
    if (!mentioned.empty() && !mentions(issue, mentioned)) continue;
    if (std::all_of(labels.begin(), labels.end(),
                    [&](const auto& name) { return has_label(repository, issue, name); }))
      found.push_back(&issue);
  }
  sort(found, key, ascending);
  return paged(call, found, [&](const Issue* one) { return call.view.issue(repository, *one); });
}

Reply create(Call& call) {
  auto& repository = call.repository();
  need_issues(repository);
  const auto fields = call.fields("Issue");
  auto names = fields.list("labels", "name"), logins = fields.list("assignees");
  auto assignee = fields.text("assignee");
  int milestone = milestone_in(repository, fields);
  if (!may_triage(call, repository)) names.reset(), logins.reset(), assignee.reset(), milestone = 0;
  Issue given = new_issue(call, repository, fields);
  given.milestone = milestone;
  std::vector<Id> labels;
  if (names) labels = labels_called(call, repository, *names);
  given.labels = labels;
  auto& issue = add_issue(call, repository, std::move(given));
  if (!labels.empty()) {  // GitHub tells of an issue that has them already, and then of each
    issue.labels.clear();
    set_labels(call, repository, issue, labels);
  }
  if (logins || assignee) set_assignees(call, repository, issue, logins ? *logins : std::vector{*assignee});
  return {.status = 201,
          .body = call.view.issue(repository, issue),
          .headers = {{"Location", call.view.url(repository) + "/issues/" + std::to_string(issue.number)}}};
}

Issue& found(Call& call, Repository& repository) {
  auto& issue = call.issue(repository);
  if (!issue.pull) need_issues(repository);
  return issue;
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = call.view.issue(repository, found(call, repository))};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& issue = found(call, repository);
  edit_issue(call, repository, issue, call.fields(issue.pull ? "PullRequest" : "Issue"), true);
  return {.body = call.view.issue(repository, issue)};
}

Reply assign(Call& call, bool add) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  auto logins = issue.assignees;
  for (const auto& login :
       call.fields("Issue").list("assignees", add ? "login" : "").value_or(std::vector<std::string>{})) {
    if (!is_login(login)) throw invalid("Issue", "assignees");
    std::erase_if(logins, [&](const auto& one) { return !add && lower(one) == lower(login); });
    if (add) logins.push_back(login);
  }
  set_assignees(call, repository, issue, logins);
  return {.status = add ? 201 : 200, .body = call.view.issue(repository, issue)};
}

}  // namespace

void add_issue_routes(Api& api) {
  api.on(
      "GET", "/repos/{owner}/{repo}/issues",
      "?state ?labels ?sort ?direction ?since ?creator ?assignee ?milestone ?mentioned ?page ?per_page +raw",
      list);
  api.on("POST", "/repos/{owner}/{repo}/issues",
         "title body assignee assignees labels labels[].name milestone +raw", create);
  api.on("GET", "/repos/{owner}/{repo}/issues/{number}", "+raw", get);
  api.on("PATCH", "/repos/{owner}/{repo}/issues/{number}",
         "title body state state_reason assignee assignees assignees[].login labels labels[].name milestone "
         "+raw",
         edit);
}

void add_assignee_routes(Api& api) {
  api.on("POST", "/repos/{owner}/{repo}/issues/{number}/assignees", "assignees assignees[].login",
         [](Call& call) { return assign(call, true); });
  api.on("DELETE", "/repos/{owner}/{repo}/issues/{number}/assignees", "assignees",
         [](Call& call) { return assign(call, false); });
}

}  // namespace fakes::github
