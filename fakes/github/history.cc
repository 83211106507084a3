#include "github/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

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
      const auto tag = repository.tags.find(found->second);
      const auto commit = repository.commits.find(tag == repository.tags.end() ? found->second : tag->second);
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
  const auto known = reachable(repository, without);
  std::map<std::string, int> children;  // of each commit: how many of them have to come before it
  std::vector<std::string> open{sha};
  while (!open.empty()) {
    const auto commit = repository.commits.find(open.back());
    open.pop_back();
    if (commit == repository.commits.end() || known.contains(commit->first)) continue;
    for (const auto& parent : commit->second.parents)
      if (children[parent]++ == 0) open.push_back(parent);
  }
  // As git log --date-order: the newest first, and no commit before all that descend from it.
  std::vector<const Commit*> found;
  std::set<std::tuple<Time, int, const Commit*>> next;
  const auto add = [&](const std::string& one) {
    const auto commit = repository.commits.find(one);
    if (commit == repository.commits.end() || known.contains(one)) return;
    next.emplace(-commit->second.committer.date, static_cast<int>(found.size() + next.size()),
                 &commit->second);
  };
  add(sha);
  while (!next.empty()) {
    const Commit* commit = std::get<2>(*next.begin());
    next.erase(next.begin());
    found.push_back(commit);
    for (const auto& parent : commit->parents)
      if (--children[parent] == 0) add(parent);
  }
  return found;
}

std::string merge_base(const Repository& repository, const std::string& a, const std::string& b) {
  const auto known = reachable(repository, a);
  std::string best;
  for (const auto* commit : history(repository, b))
    if (known.contains(commit->sha) && (best.empty() || is_ancestor(repository, best, commit->sha)))
      best = commit->sha;
  return best;
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
