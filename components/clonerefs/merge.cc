#include "merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checkout.h"
#include "failure.h"
#include "fetch.h"

namespace clonerefs {

namespace {

constexpr const char* kName = "clonerefs";
constexpr const char* kEmail = "clonerefs@localhost";

std::string origin_url(git_repository* repo) {
  Remote remote;
  check(git_remote_lookup(out(remote), repo, "origin"), "the clone has no remote");
  return git_remote_url(remote.get());
}

Commit head_commit(git_repository* repo) {
  git_oid id;
  check(git_reference_name_to_id(&id, repo, "HEAD"), "the clone has no HEAD");
  Commit commit;
  check(git_commit_lookup(out(commit), repo, &id), "cannot read HEAD");
  return commit;
}

std::set<std::string> conflicts(git_index* index) {
  ConflictIterator iterator;
  check(git_index_conflict_iterator_new(out(iterator), index), "cannot list conflicts");
  std::set<std::string> paths;
  const git_index_entry *ancestor, *ours, *theirs;
  while (git_index_conflict_next(&ancestor, &ours, &theirs, iterator.get()) == 0)
    for (const auto* entry : {ancestor, ours, theirs})
      if (entry) paths.insert(entry->path);
  return paths;
}

Index merge_trees(git_repository* repo, const git_commit* ours, const git_commit* theirs,
                  const std::string& name) {
  const git_merge_options o = GIT_MERGE_OPTIONS_INIT;
  Index index;
  check(git_merge_commits(out(index), repo, ours, theirs, &o), "cannot merge " + name);
  if (!git_index_has_conflicts(index.get())) return index;
  std::string message = name + " conflicts with what is checked out, " + hex(*git_commit_id(ours)) + ", in:";
  for (const auto& path : conflicts(index.get())) message += "\n  " + path;
  throw Failure(message,
                "rebase the pull request onto the base (and the pull requests before it), or leave it out");
}

/// One date for all who merge the same commits: that of the newer one.
Signature signature(const git_commit* ours, const git_commit* theirs) {
  Signature s;
  check(git_signature_new(out(s), kName, kEmail, std::max(git_commit_time(ours), git_commit_time(theirs)), 0),
        "cannot sign");
  return s;
}

}  // namespace

void merge_pull(git_repository* repo, const Pull& pull) {
  const std::string name = fmt::format("pull request {} ({})", pull.number, pull.sha);
  const std::string url = origin_url(repo);
  const Commit theirs = find_commit(repo, url, parse_id(pull.sha), pull.number);
  if (!theirs)
    throw Failure(fmt::format("{} has no commit {} (pull request {})", shown(url), pull.sha, pull.number),
                  fmt::format("push that commit, or give the head of refs/pull/{}/head", pull.number));
  const Commit ours = head_commit(repo);
  git_oid base;
  const int found = git_merge_base(&base, repo, git_commit_id(ours.get()), git_commit_id(theirs.get()));
  if (found == GIT_ENOTFOUND)
    throw Failure(name + " has no common history with the base",
                  "check that the pull request is one to this repository and branch");
  check(found, "cannot merge " + name);
  if (git_oid_equal(&base, git_commit_id(theirs.get()))) return say(name + " is already merged");

  const Index index = merge_trees(repo, ours.get(), theirs.get(), name);
  git_oid tree_id, merged;
  check(git_index_write_tree_to(&tree_id, index.get(), repo), "cannot write the merge of " + name);
  Tree tree;
  check(git_tree_lookup(out(tree), repo, &tree_id), "cannot read the merge of " + name);
  const Signature who = signature(ours.get(), theirs.get());
  const git_commit* parents[] = {ours.get(), theirs.get()};
  check(
      git_commit_create(&merged, repo, "HEAD", who.get(), who.get(), nullptr,
                        fmt::format("Merge pull request #{}\n", pull.number).c_str(), tree.get(), 2, parents),
      "cannot commit the merge of " + name);
  checkout_head(repo);
  say(fmt::format("merged {} as {}", name, hex(merged)));
}

}  // namespace clonerefs
