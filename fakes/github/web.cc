#include "github/web.h"

#include "github/difference.h"
#include "github/history.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Reply plain(std::string text) { return {.text = std::move(text), .type = "text/plain; charset=utf-8"}; }

/// "12.diff" as 12 and "diff"; nothing where it is no such name.
std::optional<std::pair<std::string, std::string>> with_form(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || (name.substr(dot) != ".diff" && name.substr(dot) != ".patch")) return {};
  return std::pair(name.substr(0, dot), name.substr(dot + 1));
}

Reply pull_text(const Call& call, const Repository& repository, const std::string& name) {
  const auto wanted = with_form(name);
  if (!wanted) throw http::NotImplemented("a web page");
  for (const auto& [number, issue] : repository.issues) {
    if (!issue.pull || std::to_string(number) != wanted->first) continue;
    const auto& objects = call.state.data.objects;
    return plain(wanted->second == "diff"
                     ? diff_text(files_of_pull(objects, repository, *issue.pull))
                     : patch_text(objects, repository, commits_of(repository, *issue.pull)));
  }
  throw not_found();
}

Reply commit_text(const Call& call, const Repository& repository, const std::string& name) {
  const auto wanted = with_form(name);
  if (!wanted) throw http::NotImplemented("a web page");
  const Commit* commit = find_commit(repository, wanted->first);
  if (!commit) throw not_found();
  const auto& objects = call.state.data.objects;
  return plain(wanted->second == "diff" ? diff_text(files_of_commit(objects, repository, *commit))
                                        : patch_text(objects, repository, {commit}));
}

/// A ref may have slashes: the first part that names a commit is it.
Reply raw_file(const Call& call, const Repository& repository, const std::string& rest) {
  const auto& objects = call.state.data.objects;
  for (auto slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/', slash + 1)) {
    const Commit* commit = find_commit(repository, rest.substr(0, slash));
    const auto entry = commit ? find_path(objects, commit->tree, rest.substr(slash + 1)) : std::nullopt;
    const auto blob = entry ? objects.blobs.find(entry->sha) : objects.blobs.end();
    if (blob != objects.blobs.end()) return plain(blob->second);
  }
  throw not_found();
}

Reply release_file(Repository& repository, const std::string& rest) {
  for (auto& [id, release] : repository.releases)
    for (auto& [key, asset] : release.assets)
      if (!release.draft && rest == release.tag + "/" + asset.name) {
        ++asset.downloads;
        return {.text = asset.data, .type = asset.type};
      }
  throw not_found();
}

}  // namespace

Reply web_page(Call& call, const std::string& path) {
  const auto end = path.find('/', path.find('/') + 1);
  Repository* repository = call.state.find_repository(path.substr(0, end));
  if (!repository || !call.reads() || (repository->is_private && call.actor.empty())) throw not_found();
  const std::string rest = end == std::string::npos ? "" : path.substr(end + 1);
  const auto below = [&](const std::string& folder) {
    return rest.starts_with(folder) ? std::optional(rest.substr(folder.size())) : std::nullopt;
  };
  if (const auto name = below("pull/")) return pull_text(call, *repository, *name);
  if (const auto name = below("commit/")) return commit_text(call, *repository, *name);
  if (const auto name = below("raw/")) return raw_file(call, *repository, *name);
  if (const auto name = below("releases/download/")) return release_file(*repository, *name);
  throw http::NotImplemented("a web page");
}

}  // namespace fakes::github
