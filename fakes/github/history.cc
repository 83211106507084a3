#include "github/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "github/text.h"

namespace fakes::github {

namespace {

std::string git_id(const Commit& commit) {
  std::string text = "tree " + commit.tree + "\n";
  for (const auto& parent : commit.parents) text += "parent " + parent + "\n";
  for (const auto& [role, who] : {std::pair{"author", &commit.author}, {"committer", &commit.committer}})
    text += fmt::format("{} {} <{}> {} +0000\n", role, who->name, who->email, who->date);
  text += "\n" + commit.message;
  return sha1("commit " + std::to_string(text.size()) + std::string(1, '\0') + text);
}

std::set<std::string> reachable(const Repository& repository, const std::string& sha) {
  std::set<std::string> seen;
  for (std::vector<std::string> open{sha}; !open.empty();) {
    const std::string one = open.back();
    open.pop_back();
    const auto commit = repository.commits.find(one);
    if (commit == repository.commits.end() || !seen.insert(one).second) continue;
    open.insert(open.end(), commit->second.parents.begin(), commit->second.parents.end());
  }
  return seen;
}

}  // namespace

std::string add_commit(Repository& repository, Commit commit) {
  if (commit.sha.empty()) commit.sha = git_id(commit);
  const std::string sha = commit.sha;
  repository.commits[sha] = std::move(commit);
  return sha;
}

void know_commit(Repository& repository, const std::string& sha, Time date) {
  const Person nobody{.name = "", .email = "", .date = date};
  repository.commits.try_emplace(sha, Commit{.sha = sha,
                                             .tree = kEmptyTree,
                                             .message = "",
                                             .login = "",
                                             .parents = {},
                                             .author = nobody,
                                             .committer = nobody});
}

const Commit* find_commit(const Repository& repository, const std::string& ref) {
  for (const std::string& name :
       {"heads/" + ref, "tags/" + ref, ref, ref.starts_with("refs/") ? ref.substr(5) : ref})
    if (const auto found = repository.refs.find(name); found != repository.refs.end()) {
      const auto commit = repository.commits.find(found->second);
      return commit == repository.commits.end() ? nullptr : &commit->second;
    }
  const std::string part = lower(ref);
  if (part.size() < 7) return nullptr;
  const auto found = repository.commits.lower_bound(part);
  if (found == repository.commits.end() || !found->first.starts_with(part)) return nullptr;
  const auto next = std::next(found);
  if (next != repository.commits.end() && next->first.starts_with(part)) return nullptr;
  return &found->second;
}

std::vector<const Commit*> history(const Repository& repository, const std::string& sha,
                                   const std::string& without) {
  auto seen = reachable(repository, without);
  std::vector<const Commit*> found;
  // A commit after all its parents, then turned round: what has the same date stays in the order of descent.
  std::vector<std::pair<std::string, bool>> open{{sha, false}};
  while (!open.empty()) {
    const auto [one, parents_done] = open.back();
    open.pop_back();
    const auto commit = repository.commits.find(one);
    if (commit == repository.commits.end()) continue;
    if (parents_done) {
      found.push_back(&commit->second);
    } else if (seen.insert(one).second) {
      open.emplace_back(one, true);
      for (auto parent = commit->second.parents.rbegin(); parent != commit->second.parents.rend(); ++parent)
        open.emplace_back(*parent, false);
    }
  }
  std::reverse(found.begin(), found.end());
  std::stable_sort(found.begin(), found.end(),
                   [](const auto* a, const auto* b) { return a->committer.date > b->committer.date; });
  return found;
}

bool is_ancestor(const Repository& repository, const std::string& old_sha, const std::string& new_sha) {
  return reachable(repository, new_sha).contains(old_sha);
}

std::vector<const Commit*> commits_of(const Repository& repository, const Pull& pull) {
  std::vector<const Commit*> commits;
  if (pull.commits) {
    for (const auto& sha : *pull.commits) commits.push_back(&repository.commits.at(sha));
    return commits;
  }
  commits = history(repository, pull.head.sha, pull.base.sha);
  std::reverse(commits.begin(), commits.end());
  return commits;
}

}  // namespace fakes::github
