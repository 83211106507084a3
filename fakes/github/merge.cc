#include <algorithm>

#include "github/api.h"
#include "github/changes.h"
#include "github/closing.h"
#include "github/difference.h"
#include "github/events.h"
#include "github/history.h"
#include "github/protection.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Reply is_merged(Call& call) {
  auto& repository = call.repository();
  if (!call.pull(repository).pull->merged) throw not_found();
  return {.status = 204};
}

/// What a squash says where the request does not: the only commit's words, or the pull request's title over
/// those of all.
std::pair<std::string, std::string> squash_words(const Repository& repository, const Issue& issue) {
  const auto commits = commits_of(repository, *issue.pull);
  const auto split = [](const std::string& message) {
    const auto end = std::min(message.find('\n'), message.size()),
               rest = message.find_first_not_of('\n', end);
    return std::pair(message.substr(0, end), rest == std::string::npos ? "" : message.substr(rest));
  };
  const std::string number = " (#" + std::to_string(issue.number) + ")";
  if (commits.size() == 1 && !commits[0]->message.empty()) {
    auto words = split(commits[0]->message);
    return {words.first + number, words.second};
  }
  std::string all;
  for (const auto* commit : commits)
    if (!commit->message.empty()) all += (all.empty() ? "* " : "\n\n* ") + commit->message;
  return {issue.title + number, all};
}

std::string message_of(const Repository& repository, const Fields& fields, const Issue& issue, bool merge) {
  const auto& head = issue.pull->head;
  const std::string owner = head.repository.substr(0, head.repository.find('/'));
  const auto [usual_title, usual_more] =
      merge ? std::pair(
                  "Merge pull request #" + std::to_string(issue.number) + " from " + owner + "/" + head.ref,
                  issue.title)
            : squash_words(repository, issue);
  const std::string title = fields.text("commit_title").value_or(usual_title),
                    more = fields.text("commit_message").value_or(usual_more);
  return more.empty() ? title : title + "\n\n" + more;
}

Person who(const Call& call) {
  return {.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
}

std::string merged_tree_of(Call& call, const Repository& repository, const std::string& base,
                           const std::string& ours, const std::string& theirs) {
  const auto tree = merged_tree(call.state.data.objects, repository, base, ours, theirs);
  if (!tree) throw ApiError(405, "Pull Request is not mergeable");
  return *tree;
}

/// One commit on the base branch, a merge or a squash.
std::string as_one(Call& call, Repository& repository, const Issue& issue, const std::string& message,
                   const std::string& tip, bool merge) {
  const std::string head = issue.pull->head.sha;
  Commit commit{.sha = "",
                .tree = merged_tree_of(call, repository, merge_base(repository, tip, head), tip, head),
                .message = message,
                .login = call.state.user(call.actor).login,
                .parents = {tip},
                .author = who(call),
                .committer = who(call)};
  if (merge) {
    commit.parents.push_back(head);
  } else {  // a squash is the author's
    commit.login = issue.user;
    commit.author.name = issue.user;
    commit.author.email = issue.user + "@users.noreply.github.com";
  }
  return add_commit(repository, std::move(commit));
}

/// Each commit of the pull request again, on the base branch.
std::string rebased(Call& call, Repository& repository, const Issue& issue, const std::string& tip) {
  std::string at = tip;
  std::vector<Commit> commits;
  for (const auto* one : commits_of(repository, *issue.pull)) commits.push_back(*one);
  for (auto& commit : commits) {
    if (commit.parents.size() > 1) throw ApiError(405, "This branch can't be rebased");
    commit.tree =
        merged_tree_of(call, repository, commit.parents.empty() ? "" : commit.parents[0], at, commit.sha);
    commit.parents = {at};
    commit.committer = who(call);
    commit.sha.clear();
    at = add_commit(repository, std::move(commit));
  }
  return at;
}

void check_method(const Repository& repository, const std::string& method) {
  if (method != "merge" && method != "squash" && method != "rebase")
    throw invalid("PullRequest", "merge_method");
  const auto allowed =
      repository.switches.find(method == "merge" ? "allow_merge_commit" : "allow_" + method + "_merge");
  if (allowed != repository.switches.end() && !allowed->second)
    throw ApiError(405, (method == "merge"    ? "Merge commits are"
                         : method == "squash" ? "Squash merges are"
                                              : "Rebase merges are") +
                            std::string(" not allowed on this repository."));
}

void delete_head(Call& call, Repository& repository, const Pull& pull) {
  const auto wanted = repository.switches.find("delete_branch_on_merge");
  if (wanted == repository.switches.end() || !wanted->second ||
      lower(pull.head.repository) != lower(repository.full_name()))
    return;
  if (repository.refs.contains("heads/" + pull.head.ref))
    set_ref(call, repository, "heads/" + pull.head.ref, kNoCommit);
}

Reply merge(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  auto& pull = *issue.pull;
  const auto fields = call.fields("PullRequest");
  const auto sha = fields.text("sha");
  const std::string method = fields.text("merge_method").value_or("merge"),
                    message = message_of(repository, fields, issue, method == "merge");
  check_method(repository, method);
  if (pull.draft && issue.open) throw ApiError(405, "Pull Request is still a draft");
  if (!issue.open || pull.merged || !pull.mergeable.value_or(false))
    throw ApiError(405, "Pull Request is not mergeable");
  if (sha && lower(*sha) != pull.head.sha)
    throw ApiError(409, "Head branch was modified. Review and try the merge again.");
  const auto branch = repository.refs.find("heads/" + pull.base.ref);
  if (branch == repository.refs.end()) throw ApiError(405, "Base branch does not exist");
  check_protection(call, repository, issue, method);
  const std::string merged =
      method == "rebase" ? rebased(call, repository, issue, branch->second)
                         : as_one(call, repository, issue, message, branch->second, method == "merge");
  pull.merged = true;
  pull.merged_at = now();
  pull.merged_by = call.actor;
  pull.merge_commit = merged;
  if (!pull.commits) {  // what they are now: the base is about to have them too
    pull.commits.emplace();
    for (const auto* one : history(repository, pull.head.sha, branch->second))
      pull.commits->insert(pull.commits->begin(), one->sha);
  }
  pull.base.sha = branch->second;
  note(call, issue, "merged", {{"commit_id", merged}});
  set_ref(call, repository, "heads/" + pull.base.ref, merged);
  set_open(call, repository, issue, false);
  if (pull.base.ref == repository.default_branch)
    close_issues_named(call, repository, issue.title + "\n" + issue.body.value_or(""));
  delete_head(call, repository, pull);
  return {.body = {{"sha", merged}, {"merged", true}, {"message", "Pull Request successfully merged"}}};
}

/// Takes the base branch into the head, as its button does.
Reply update_branch(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const auto expected = call.fields("PullRequest").text("expected_head_sha");
  const PullSide head = issue.pull->head;
  Repository* source = call.state.find_repository(head.repository);
  const auto tip = repository.refs.find("heads/" + issue.pull->base.ref);
  if (!source || !source->refs.contains("heads/" + head.ref) || tip == repository.refs.end())
    throw ApiError(422, "The head branch or the base branch is gone.");
  if (expected && lower(*expected) != head.sha)
    throw ApiError(422, "expected head sha didn't match current head ref.");
  const std::string base = tip->second, fork = merge_base(repository, base, head.sha);
  if (fork == base) throw ApiError(422, "There are no new commits on the base branch.");
  const auto tree = merged_tree(call.state.data.objects, repository, fork, head.sha, base);
  if (!tree) throw ApiError(422, "merge conflict between base and head");
  for (const auto* commit : history(repository, base)) source->commits.try_emplace(commit->sha, *commit);
  const std::string merged =
      add_commit(*source, {.sha = "",
                           .tree = *tree,
                           .message = "Merge branch '" + issue.pull->base.ref + "' into " + head.ref,
                           .login = call.state.user(call.actor).login,
                           .parents = {head.sha, base},
                           .author = who(call),
                           .committer = who(call)});
  set_ref(call, *source, "heads/" + head.ref, merged);
  return {.status = 202,
          .body = {{"message", "Updating pull request branch."},
                   {"url", call.view.urls().web + "/repos/" + repository.full_name() + "/pulls/" +
                               std::to_string(issue.number)}}};
}

}  // namespace

void add_merge_routes(Api& api) {
  api.on("GET", "/repos/{owner}/{repo}/pulls/{number}/merge", "", is_merged);
  api.on("PUT", "/repos/{owner}/{repo}/pulls/{number}/merge", "commit_title commit_message sha merge_method",
         merge);
  api.on("PUT", "/repos/{owner}/{repo}/pulls/{number}/update-branch", "expected_head_sha", update_branch);
}

}  // namespace fakes::github
