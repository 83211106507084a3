#include <algorithm>

#include "github/api.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// "branch", or "owner:branch" for a repository of the same name.
PullSide head_of(Call& call, const Repository& repository, const std::string& head) {
  const auto colon = head.find(':');
  const std::string owner = colon == std::string::npos ? repository.owner : head.substr(0, colon),
                    branch = head.substr(colon == std::string::npos ? 0 : colon + 1);
  const Repository* source = call.state.find_repository(owner + "/" + repository.name);
  const auto ref = source ? source->refs.find("heads/" + branch) : repository.refs.end();
  if (!source || ref == source->refs.end()) throw invalid("PullRequest", "head");
  return {source->full_name(), branch, ref->second};
}

PullSide base_of(const Repository& repository, const std::string& base) {
  const auto ref = repository.refs.find("heads/" + base);
  if (ref == repository.refs.end()) throw invalid("PullRequest", "base");
  return {repository.full_name(), base, ref->second};
}

std::string label_of(const PullSide& side) {
  return side.repository.substr(0, side.repository.find('/')) + ":" + side.ref;
}

void check_new(const Repository& repository, const PullSide& head, const PullSide& base) {
  for (const auto& [number, issue] : repository.issues)
    if (issue.open && issue.pull && lower(issue.pull->head.repository) == lower(head.repository) &&
        issue.pull->head.ref == head.ref && issue.pull->base.ref == base.ref)
      throw custom("PullRequest", "A pull request already exists for " + label_of(head) + ".");
  if (head.sha == base.sha)
    throw custom("PullRequest", "No commits between " + base.ref + " and " + head.ref);
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("PullRequest");
  Issue given = new_issue(call, repository, fields);
  const std::string head = fields.required("head"), base = fields.required("base");
  given.pull.emplace();
  given.pull->draft = fields.flag("draft").value_or(false);
  given.pull->base = base_of(repository, base);
  given.pull->head = head_of(call, repository, head);
  check_new(repository, given.pull->head, given.pull->base);
  const Repository& source = *call.state.find_repository(given.pull->head.repository);
  for (const auto* commit : history(source, given.pull->head.sha))
    repository.commits.try_emplace(commit->sha, *commit);
  const auto& issue = add_issue(call, repository, std::move(given));
  const Json json = call.view.pull(repository, issue, true);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const std::string state = call.query.get("state", "open"), head = call.query.get("head"),
                    base = call.query.get("base"), key = call.query.get("sort", "created");
  const std::string direction = call.query.get("direction", call.query.find("sort") ? "asc" : "desc");
  if (state != "open" && state != "closed" && state != "all") throw invalid("PullRequest", "state");
  std::vector<const Issue*> found;
  for (const auto& [number, issue] : repository.issues) {
    if (!issue.pull || (state != "all" && issue.open != (state == "open"))) continue;
    // GitHub does not look at a head that has no "owner:".
    if (head.find(':') != std::string::npos && lower(label_of(issue.pull->head)) != lower(head)) continue;
    if (!base.empty() && issue.pull->base.ref != base) continue;
    found.push_back(&issue);
  }
  const auto rank = [&](const Issue* one) {
    return key == "updated" ? one->touched : static_cast<std::uint64_t>(one->number);
  };
  std::sort(found.begin(), found.end(), [&](const Issue* a, const Issue* b) {
    return direction == "asc" ? rank(a) < rank(b) : rank(b) < rank(a);
  });
  return paged(call, found, [&](const Issue* one) { return call.view.pull(repository, *one, false); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = call.view.pull(repository, call.pull(repository), true)};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const auto fields = call.fields("PullRequest");
  const auto base = fields.text("base");
  const bool moves = base && *base != issue.pull->base.ref;
  const PullSide target = moves ? base_of(repository, *base) : issue.pull->base;
  if (moves && !issue.open)
    throw invalid("PullRequest", "base", "custom", "Cannot change the base branch of a closed pull request.");
  edit_issue(call, repository, issue, fields);
  if (moves) {
    const PullSide before = std::exchange(issue.pull->base, target);
    call.state.touch(issue);
    emit_issue(call, repository, issue, "edited",
               {{"changes", {{"base", {{"ref", {{"from", before.ref}}}, {"sha", {{"from", before.sha}}}}}}}});
  }
  return {.body = call.view.pull(repository, issue, true)};
}

Reply files(Call& call) {
  auto& repository = call.repository();
  const auto& pull = *call.pull(repository).pull;
  return paged(call, pull.files,
               [&](const Json& one) { return call.view.file(repository, pull.head.sha, one); });
}

Reply commits(Call& call) {
  auto& repository = call.repository();
  const auto all = commits_of(repository, *call.pull(repository).pull);
  return paged(call, all, [&](const Commit* one) { return call.view.commit(repository, *one); });
}

}  // namespace

void add_pull_routes(Api& api) {
  const std::string pulls = "/repos/{owner}/{repo}/pulls";
  api.on("POST", pulls, create);
  api.on("GET", pulls, list);
  api.on("GET", pulls + "/{number}", get);
  api.on("PATCH", pulls + "/{number}", edit);
  api.on("GET", pulls + "/{number}/files", files);
  api.on("GET", pulls + "/{number}/commits", commits);
}

}  // namespace fakes::github
