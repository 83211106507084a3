#include "github/api.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Reply is_merged(Call& call) {
  auto& repository = call.repository();
  if (!call.pull(repository).pull->merged) throw not_found();
  return {.status = 204};
}

std::string message_of(const Fields& fields, const Issue& issue, bool merge) {
  const auto& head = issue.pull->head;
  const std::string number = "#" + std::to_string(issue.number),
                    owner = head.repository.substr(0, head.repository.find('/'));
  const std::string title =
      fields.text("commit_title")
          .value_or(merge ? "Merge pull request " + number + " from " + owner + "/" + head.ref
                          : issue.title + " (" + number + ")");
  const std::string more = fields.text("commit_message").value_or(merge ? issue.title : "");
  return more.empty() ? title : title + "\n\n" + more;
}

/// The commit on the base branch; its tree is the head's, since there are no files to merge.
std::string merged_commit(Call& call, Repository& repository, const Issue& issue, const Fields& fields,
                          const std::string& tip, bool merge) {
  const auto& head = repository.commits.at(issue.pull->head.sha);
  const Person who{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
  Commit commit{.sha = "",
                .tree = head.tree,
                .message = message_of(fields, issue, merge),
                .login = call.state.user(call.actor).login,
                .parents = {tip},
                .author = who,
                .committer = who};
  if (merge) commit.parents.push_back(head.sha);
  return add_commit(repository, std::move(commit));
}

Reply merge(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  auto& pull = *issue.pull;
  const auto fields = call.fields("PullRequest");
  const auto sha = fields.text("sha");
  const std::string method = fields.text("merge_method").value_or("merge");
  if (method != "merge" && method != "squash" && method != "rebase")
    throw invalid("PullRequest", "merge_method");
  if (!issue.open || pull.merged || pull.draft || !pull.mergeable.value_or(false))
    throw ApiError(405, "Pull Request is not mergeable");
  if (sha && lower(*sha) != pull.head.sha)
    throw ApiError(409, "Head branch was modified. Review and try the merge again.");
  const auto branch = repository.refs.find("heads/" + pull.base.ref);
  if (branch == repository.refs.end()) throw ApiError(405, "Base branch does not exist");
  const std::string merged =
      merged_commit(call, repository, issue, fields, branch->second, method == "merge");
  pull.merged = true;
  pull.merged_at = now();
  pull.merged_by = call.actor;
  pull.merge_commit = merged;
  set_ref(call, repository, "heads/" + pull.base.ref, merged);
  set_open(call, repository, issue, false);
  return {.body = {{"sha", merged}, {"merged", true}, {"message", "Pull Request successfully merged"}}};
}

}  // namespace

void add_merge_routes(Api& api) {
  api.on("GET", "/repos/{owner}/{repo}/pulls/{number}/merge", is_merged);
  api.on("PUT", "/repos/{owner}/{repo}/pulls/{number}/merge", merge);
}

}  // namespace fakes::github
