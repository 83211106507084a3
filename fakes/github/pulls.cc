#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/difference.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"
#include "http/not_implemented.h"

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
  given.pull->maintainer_can_modify = fields.flag("maintainer_can_modify").value_or(false);
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
  const bool ascending =
      asks_ascending(call, call.query.find("sort").has_value() && key != "created", "PullRequest");
  if (state != "open" && state != "closed" && state != "all") throw invalid("PullRequest", "state");
  if (key == "long-running") throw http::NotImplemented("?sort=long-running");
  if (key != "created" && key != "updated" && key != "popularity") throw invalid("PullRequest", "sort");
  std::vector<const Issue*> found;
  for (const auto& [number, issue] : repository.issues) {
    if (!issue.pull || (state != "all" && issue.open != (state == "open"))) continue;
    // GitHub does not look at a head that has no "owner:".
    if (head.find(':') != std::string::npos && lower(label_of(issue.pull->head)) != lower(head)) continue;
    if (!base.empty() && issue.pull->base.ref != base) continue;
    found.push_back(&issue);
  }
  const auto rank = [&](const Issue* one) {
    const auto number = static_cast<std::uint64_t>(one->number);
    if (key == "updated") return std::pair(static_cast<std::uint64_t>(one->updated), one->touched);
    return std::pair<std::uint64_t, std::uint64_t>(key == "popularity" ? one->comments.size() : 0, number);
  };
  std::sort(found.begin(), found.end(), [&](const Issue* a, const Issue* b) {
    return ascending ? rank(a) < rank(b) : rank(b) < rank(a);
  });
  return paged(call, found, [&](const Issue* one) { return call.view.pull(repository, *one, false); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const auto& issue = call.pull(repository);
  const auto& objects = call.state.data.objects;
  const auto as_text = [&](std::string text) {
    return Reply{.text = std::move(text),
                 .type = "application/vnd.github.v3." + call.form + "; charset=utf-8"};
  };
  if (call.form == "diff") return as_text(diff_text(files_of_pull(objects, repository, *issue.pull)));
  if (call.form == "patch")
    return as_text(patch_text(objects, repository, commits_of(repository, *issue.pull)));
  return {.body = call.view.pull(repository, issue, true)};
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
  if (const auto modify = fields.flag("maintainer_can_modify")) issue.pull->maintainer_can_modify = *modify;
  edit_issue(call, repository, issue, fields, false);
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
  return paged(call, files_of_pull(call.state.data.objects, repository, pull),
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
  api.on("POST", pulls, "title head base body draft maintainer_can_modify +raw", create);
  api.on("GET", pulls, "?state ?head ?base ?sort ?direction ?page ?per_page +raw", list);
  api.on("GET", pulls + "/{number}", "+diff +patch +raw", get);
  api.on("PATCH", pulls + "/{number}", "title body state base maintainer_can_modify +raw", edit);
  api.on("GET", pulls + "/{number}/files", "?page ?per_page", files);
  api.on("GET", pulls + "/{number}/commits", "?page ?per_page", commits);
}

}  // namespace fakes::github
