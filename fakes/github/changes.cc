#include "github/changes.h"

#include <algorithm>

#include "github/asked.h"
#include "github/closing.h"
#include "github/events.h"
#include "github/history.h"
#include "github/rights.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr size_t kLongest = 50, kMost = 100;  // of labels: bytes of a name, names in one request

bool contains(const std::vector<Id>& ids, Id id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool contains(const std::vector<std::string>& logins, const std::string& login) {
  return std::any_of(logins.begin(), logins.end(),
                     [&](const auto& one) { return lower(one) == lower(login); });
}

/// Open pull requests of all repositories that come from that branch.
std::vector<std::pair<Repository*, Issue*>> pulls_from(State& state, const Repository& repository,
                                                       const std::string& branch) {
  std::vector<std::pair<Repository*, Issue*>> found;
  for (auto& [key, target] : state.data.repositories)
    for (auto& [number, issue] : target.issues)
      if (issue.open && issue.pull && issue.pull->head.ref == branch &&
          lower(issue.pull->head.repository) == lower(repository.full_name()))
        found.emplace_back(&target, &issue);
  return found;
}

/// Approvals of what the head was, where the base branch's protection wants that.
void dismiss_stale(Call& call, Repository& target, Issue& issue) {
  const auto rules = target.protections.find(issue.pull->base.ref);
  if (rules == target.protections.end()) return;
  const Json& wanted = rules->second["required_pull_request_reviews"];
  if (wanted.is_null() || !wanted.value("dismiss_stale_reviews", false)) return;
  for (auto& [id, review] : issue.pull->reviews) {
    if (review.state != "APPROVED") continue;
    review.state = "DISMISSED";
    Json json = call.view.review(target, issue, review);
    json["state"] = "dismissed";
    emit(call, target, "pull_request_review",
         {{"action", "dismissed"}, {"review", json}, {"pull_request", call.view.pull(target, issue, false)}});
  }
}

void follow(Call& call, Repository& source, Repository& target, Issue& issue, const std::string& sha) {
  if (sha == kNoCommit) return set_open(call, target, issue, false);
  const std::string before = std::exchange(issue.pull->head.sha, sha);
  issue.pull->commits.reset();
  for (const auto* commit : history(source, sha)) target.commits.try_emplace(commit->sha, *commit);
  target.refs["pull/" + std::to_string(issue.number) + "/head"] = sha;
  call.state.touch(issue);
  emit_issue(call, target, issue, "synchronize", {{"before", before}, {"after", sha}});
  dismiss_stale(call, target, issue);
}

}  // namespace

void set_ref(Call& call, Repository& repository, const std::string& name, const std::string& sha,
             bool forced) {
  const bool gone = sha == kNoCommit, branch = name.starts_with("heads/");
  const auto old = repository.refs.find(name);
  const std::string before = old == repository.refs.end() ? kNoCommit : old->second,
                    short_name = name.substr(name.find('/') + 1);
  if (before == sha) return;
  if (gone)
    repository.refs.erase(name);
  else
    repository.refs[name] = sha;
  repository.pushed = repository.updated = now();
  if (branch || name.starts_with("tags/")) {
    const std::string kind = branch ? "branch" : "tag";
    if (gone)
      emit(call, repository, "delete", {{"ref", short_name}, {"ref_type", kind}, {"pusher_type", "user"}});
    if (before == kNoCommit)
      emit(call, repository, "create",
           {{"ref", short_name},
            {"ref_type", kind},
            {"master_branch", repository.default_branch},
            {"description", or_null(repository.description)},
            {"pusher_type", "user"}});
    emit_push(call, repository, "refs/" + name, before, sha, forced);
  }
  if (branch && short_name == repository.default_branch && !gone && before != kNoCommit) {
    std::string messages;
    for (const auto* commit : history(repository, sha, before)) messages += commit->message + "\n";
    close_issues_named(call, repository, messages);
  }
  if (branch)
    for (const auto& [target, issue] : pulls_from(call.state, repository, short_name))
      follow(call, repository, *target, *issue, sha);
}

void set_open(Call& call, Repository& repository, Issue& issue, bool open,
              const std::optional<std::string>& reason) {
  if (issue.open == open) return;
  issue.open = open;
  issue.closed = open ? 0 : now();
  issue.closed_by = open ? "" : call.actor;
  if (!issue.pull) issue.state_reason = open ? "reopened" : reason.value_or("completed");
  note(call, issue, open ? "reopened" : "closed",
       {{"commit_id",
         issue.pull && !issue.pull->merge_commit.empty() ? Json(issue.pull->merge_commit) : Json(nullptr)}});
  call.state.touch(issue);
  emit_issue(call, repository, issue, open ? "reopened" : "closed");
}

std::vector<Id> labels_called(Call& call, Repository& repository, const std::vector<std::string>& names) {
  if (names.size() > kMost ||
      std::any_of(names.begin(), names.end(), [](const auto& name) { return name.size() > kLongest; }))
    throw invalid("Label", "name");
  std::vector<Id> ids;
  for (const auto& name : names)
    if (const Id id = call.state.find_or_add_label(repository, name).id; !contains(ids, id))
      ids.push_back(id);
  return ids;
}

void set_labels(Call& call, Repository& repository, Issue& issue, std::vector<Id> labels) {
  const auto before = std::exchange(issue.labels, std::move(labels));
  if (before == issue.labels) return;
  call.state.touch(issue);
  const auto tell = [&](Id id, const char* action) {
    const Label& label = repository.labels.at(id);
    note(call, issue, action, {{"label", {{"name", label.name}, {"color", label.color}}}});
    emit_issue(call, repository, issue, action,
               {{"label", call.view.label(repository, repository.labels.at(id))}});
  };
  for (const Id id : before)
    if (!contains(issue.labels, id)) tell(id, "unlabeled");
  for (const Id id : issue.labels)
    if (!contains(before, id)) tell(id, "labeled");
}

void set_assignees(Call& call, Repository& repository, Issue& issue, const std::vector<std::string>& logins) {
  std::vector<std::string> unique;
  for (const auto& login : logins)
    if (is_login(login) && !contains(unique, login)) unique.push_back(login);
  const auto before = std::exchange(issue.assignees, unique);
  if (before == unique) return;
  call.state.touch(issue);
  for (const auto& login : unique) call.state.user(login);  // who is named in answers is there
  const auto tell = [&](const std::string& login, const char* action) {
    note(call, issue, action,
         {{"assignee", call.view.user(login)}, {"assigner", call.view.user(call.actor)}});
    emit_issue(call, repository, issue, action, {{"assignee", call.view.user(login)}});
  };
  for (const auto& login : before)
    if (!contains(unique, login)) tell(login, "unassigned");
  for (const auto& login : unique)
    if (!contains(before, login)) tell(login, "assigned");
}

Issue new_issue(Call& call, Repository& repository, const Fields& fields) {
  Issue issue;
  issue.title = fields.required("title");
  issue.body = fields.text("body");
  check_length(issue.title, kLongestTitle, "Issue", "title");
  check_length(issue.body, kLongestBody, "Issue", "body");
  issue.user = call.state.user(call.actor).login;
  issue.number = repository.last_number + 1;
  return issue;
}

Issue& add_issue(Call& call, Repository& repository, Issue given) {
  given.id = call.state.next_id();
  given.number = call.state.next_number(repository);
  given.created = now();
  auto& issue = repository.issues[given.number] = std::move(given);
  call.state.touch(issue);
  if (issue.pull) repository.refs["pull/" + std::to_string(issue.number) + "/head"] = issue.pull->head.sha;
  emit_issue(call, repository, issue, "opened");
  return issue;
}

void edit_issue(Call& call, Repository& repository, Issue& issue, const Fields& fields, bool of_issue) {
  const auto title = fields.text("title"), body = fields.text("body"), state = fields.text("state"),
             reason = of_issue ? fields.text("state_reason") : std::nullopt;
  auto labels = of_issue ? fields.list("labels", "name") : std::nullopt;
  auto assignees = of_issue ? fields.list("assignees", "login") : std::nullopt;
  if (const auto one = of_issue ? fields.text("assignee") : std::nullopt; one && !assignees)
    assignees = std::vector{*one};
  const bool moves = of_issue && fields.has("milestone");
  int milestone = moves ? milestone_in(repository, fields) : issue.milestone;
  if (!may_triage(call, repository)) labels.reset(), assignees.reset(), milestone = issue.milestone;
  const std::string resource = issue.pull ? "PullRequest" : "Issue";
  if (title && title->empty()) throw invalid(resource, "title", "missing_field");
  check_length(title, kLongestTitle, resource, "title");
  check_length(body, kLongestBody, resource, "body");
  if (state && *state != "open" && *state != "closed") throw invalid(resource, "state");
  if (reason && *reason != "completed" && *reason != "not_planned" && *reason != "reopened" &&
      *reason != "duplicate")
    throw invalid(resource, "state_reason");
  if (state == "open" && issue.pull && issue.pull->merged)
    throw invalid(resource, "state", "custom", "state cannot be changed. The pull request has been merged.");
  std::vector<Id> wanted;
  if (labels) wanted = labels_called(call, repository, *labels);

  Json changes = Json::object();
  if (title && *title != issue.title) {
    note(call, issue, "renamed", {{"rename", {{"from", issue.title}, {"to", *title}}}});
    changes["title"] = {{"from", std::exchange(issue.title, *title)}};
  }
  if (fields.has("body") && body != issue.body)
    changes["body"] = {{"from", std::exchange(issue.body, body).value_or("")}};
  if (!changes.empty()) {
    call.state.touch(issue);
    emit_issue(call, repository, issue, "edited", {{"changes", changes}});
  }
  if (milestone != issue.milestone) {
    const int left = std::exchange(issue.milestone, milestone);
    call.state.touch(issue);
    const int named = milestone == 0 ? left : milestone;
    note(call, issue, milestone == 0 ? "demilestoned" : "milestoned",
         {{"milestone", {{"title", repository.milestones.at(named).title}}}});
    emit_issue(call, repository, issue, milestone == 0 ? "demilestoned" : "milestoned");
  }
  if (labels) set_labels(call, repository, issue, wanted);
  if (assignees) set_assignees(call, repository, issue, *assignees);
  if (state) set_open(call, repository, issue, *state == "open", reason);
}

int milestone_in(const Repository& repository, const Fields& fields) {
  const Json* given = fields.raw("milestone");
  if (!given || *given == "") return 0;
  if (!given->is_number_integer() && !given->is_string()) throw invalid("Issue", "milestone");
  const std::string number = given->is_string() ? given->get<std::string>() : given->dump();
  for (const auto& [known, milestone] : repository.milestones)
    if (std::to_string(known) == number) return known;
  throw invalid("Issue", "milestone");
}

void note(Call& call, Issue& issue, const std::string& event, const Json& more) {
  issue.events.push_back(
      {.id = call.state.next_id(), .event = event, .actor = call.actor, .created = now(), .more = more});
}

void need_issues(const Repository& repository) {
  if (!repository.has_issues) throw ApiError(410, "Issues are disabled for this repo");
}

}  // namespace fakes::github
