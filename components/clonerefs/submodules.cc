#include "submodules.h"

#include <fmt/format.h>

#include <vector>

#include "checkout.h"
#include "failure.h"
#include "fetch.h"

namespace clonerefs {

namespace {

std::vector<std::string> submodule_paths(git_repository* repo) {
  std::vector<std::string> paths;
  const auto add = [](git_submodule* submodule, const char*, void* list) {
    static_cast<std::vector<std::string>*>(list)->push_back(git_submodule_path(submodule));
    return 0;
  };
  check(git_submodule_foreach(repo, add, &paths), "cannot list the submodules", "check .gitmodules");
  return paths;
}

std::string resolved_url(git_repository* repo, git_submodule* submodule, const std::string& name) {
  const char* url = git_submodule_url(submodule);
  if (!url)
    throw Failure("submodule " + name + " has no URL",
                  "add it to .gitmodules, or remove the submodule from the repository");
  git_buf buffer = GIT_BUF_INIT;
  check(git_submodule_resolve_url(&buffer, repo, url),
        "submodule " + name + ": cannot resolve the URL " + shown(url));
  const std::string resolved = plain_url(buffer.ptr);
  git_buf_dispose(&buffer);
  return resolved;
}

/// A repository from the network must not copy what only this machine can read.
void check_safe(git_repository* repo, const std::string& url, const std::string& name) {
  Remote origin;
  check(git_remote_lookup(out(origin), repo, "origin"), "submodule " + name + ": no remote");
  if (is_network_url(git_remote_url(origin.get())) && !is_network_url(url))
    throw Failure(fmt::format("submodule {} of {} wants a local path, {}", name,
                              shown(git_remote_url(origin.get())), url),
                  "give it a URL in .gitmodules");
}

void update(git_repository* repo, const std::string& path, const std::string& prefix) {
  const std::string name = prefix + path;
  Submodule submodule;
  check(git_submodule_lookup(out(submodule), repo, path.c_str()), "cannot read submodule " + name);
  const git_oid* id = git_submodule_index_id(submodule.get());
  if (!id) return;  // in .gitmodules only
  if (git_submodule_update_strategy(submodule.get()) == GIT_SUBMODULE_UPDATE_NONE)
    return say("submodule " + name + " skipped: update = none");
  const std::string url = resolved_url(repo, submodule.get(), name);
  check_safe(repo, url, name);

  check(git_submodule_init(submodule.get(), true), "cannot initialise submodule " + name);
  Repository clone;
  check(git_submodule_repo_init(out(clone), submodule.get(), true),
        "cannot make a repository for submodule " + name);
  try {
    fetch_branches(clone.get(), url);
  } catch (const Failure& e) {
    throw Failure("submodule " + name + ": " + e.what(), e.next);
  }
  if (!find_commit(clone.get(), url, *id))
    throw Failure(fmt::format("submodule {}: {} has no commit {}", name, shown(url), hex(*id)),
                  "push that commit of the submodule");
  check(git_repository_set_head_detached(clone.get(), id), "cannot check out submodule " + name);
  checkout_head(clone.get());
  say(fmt::format("submodule {} from {} at {}", name, shown(url), hex(*id)));
  update_submodules(clone.get(), name + "/");
}

}  // namespace

void update_submodules(git_repository* repo, const std::string& prefix) {
  for (const auto& path : submodule_paths(repo)) update(repo, path, prefix);
}

}  // namespace clonerefs
