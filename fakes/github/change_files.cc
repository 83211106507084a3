// Whose files are compared, and merged.
#include "github/difference.h"
#include "github/history.h"
#include "github/lines.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Files known_files(const Objects& objects, const Repository& repository, const std::string& sha) {
  const auto commit = repository.commits.find(sha);
  if (commit == repository.commits.end()) return {};
  auto files = files_of(objects, commit->second.tree);
  if (!files) throw http::NotImplemented("the files of commit " + sha + ", whose tree a seed only named");
  return std::move(*files);
}

}  // namespace

Json files_between(const Objects& objects, const Repository& repository, const std::string& before,
                   const std::string& after) {
  return changed_files(objects, known_files(objects, repository, before),
                       known_files(objects, repository, after));
}

Json files_of_commit(const Objects& objects, const Repository& repository, const Commit& commit) {
  if (!commit.files.empty()) return commit.files;
  return files_between(objects, repository, commit.parents.empty() ? "" : commit.parents[0], commit.sha);
}

Json files_of_pull(const Objects& objects, const Repository& repository, const Pull& pull) {
  if (!pull.files.empty()) return pull.files;
  return files_between(objects, repository, merge_base(repository, pull.base.sha, pull.head.sha),
                       pull.head.sha);
}

std::optional<Files> merged_files(const Objects& objects, const Files& base, const Files& ours,
                                  const Files& theirs, std::vector<std::string>& new_blobs) {
  Files merged = ours;
  const auto entry_in = [](const Files& files, const std::string& name) -> const TreeEntry* {
    const auto found = files.find(name);
    return found == files.end() ? nullptr : &found->second;
  };
  const auto same = [](const TreeEntry* a, const TreeEntry* b) { return a == b || (a && b && *a == *b); };
  Files names = base;
  names.insert(theirs.begin(), theirs.end());
  for (const auto& [name, any] : names) {
    const auto *old = entry_in(base, name), *mine = entry_in(ours, name), *its = entry_in(theirs, name);
    if (same(old, its) || same(mine, its)) continue;
    if (same(old, mine)) {
      if (its)
        merged[name] = *its;
      else
        merged.erase(name);
      continue;
    }
    if (!old || !mine || !its) return {};
    const auto text = [&](const TreeEntry* entry) {
      return objects.blobs.contains(entry->sha) ? objects.blobs.at(entry->sha) : std::string(1, '\0');
    };
    if (is_binary(text(old)) || is_binary(text(mine)) || is_binary(text(its))) return {};
    const auto both = merged_text(text(old), text(mine), text(its));
    if (!both) return {};
    merged[name] = {same(old, mine) ? its->mode : mine->mode, blob_id(*both)};
    new_blobs.push_back(*both);
  }
  return merged;
}

namespace {

/// The files of three commits; nothing where one's are not known.
struct Sides {
  Files base, ours, theirs;
};
std::optional<Sides> sides_of(const Objects& objects, const Repository& repository, const std::string& base,
                              const std::string& ours, const std::string& theirs) {
  const auto files = [&](const std::string& sha) {
    const auto commit = repository.commits.find(sha);
    return commit == repository.commits.end() ? Files{} : files_of(objects, commit->second.tree);
  };
  auto a = files(base), b = files(ours), c = files(theirs);
  if (!a || !b || !c) return {};
  return Sides{std::move(*a), std::move(*b), std::move(*c)};
}

}  // namespace

bool merges(const Objects& objects, const Repository& repository, const Pull& pull) {
  const auto branch = repository.refs.find("heads/" + pull.base.ref);
  const std::string ours = branch == repository.refs.end() ? pull.base.sha : branch->second;
  const auto sides =
      sides_of(objects, repository, merge_base(repository, ours, pull.head.sha), ours, pull.head.sha);
  std::vector<std::string> new_blobs;
  return !sides || merged_files(objects, sides->base, sides->ours, sides->theirs, new_blobs);
}

std::optional<std::string> merged_tree(Objects& objects, const Repository& repository,
                                       const std::string& base, const std::string& ours,
                                       const std::string& theirs) {
  const auto sides = sides_of(objects, repository, base, ours, theirs);
  if (!sides) return repository.commits.at(theirs).tree;
  std::vector<std::string> new_blobs;
  const auto files = merged_files(objects, sides->base, sides->ours, sides->theirs, new_blobs);
  if (!files) return {};
  for (const auto& blob : new_blobs) add_blob(objects, blob);
  return tree_of(objects, *files);
}

}  // namespace fakes::github
