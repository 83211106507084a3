#include "clone.h"

#include <fmt/format.h>

#include <filesystem>

#include "checkout.h"
#include "failure.h"
#include "fetch.h"

namespace clonerefs {

namespace {

/// A path is made absolute: submodules may be given relative to it.
std::string absolute_url(const std::string& given) {
  const std::string url = plain_url(given);
  if (std::filesystem::is_directory(url)) return std::filesystem::canonical(url).string();
  if (!is_network_url(url))
    throw Failure("-repo " + given + " is neither a URL of a server nor a folder",
                  "give a URL such as https://HOST/NAME, or the path of a repository");
  return url;
}

bool valid_ref(const std::string& name) {
  int valid = 0;
  return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid;
}

bool exists(git_repository* repo, const std::string& ref) {
  git_oid id;
  return git_reference_name_to_id(&id, repo, ref.c_str()) == 0;
}

/// "master, release-1", so that a misspelt name is seen.
std::string branches(git_repository* repo) {
  git_branch_iterator* raw = nullptr;
  check(git_branch_iterator_new(&raw, repo, GIT_BRANCH_REMOTE), "cannot list branches");
  const Owned<git_branch_iterator, git_branch_iterator_free> iterator(raw);
  std::string names;
  int count = 0;
  Reference branch;
  for (git_branch_t type; git_branch_next(out(branch), &type, iterator.get()) == 0 && count < 10; ++count)
    names += (count ? ", " : "") +
             std::string(git_reference_name(branch.get())).substr(std::string("refs/remotes/origin/").size());
  return names.empty() ? "it has no branch at all" : "its branches: " + names;
}

Commit head_of(git_repository* repo, const std::string& ref, const Options& options) {
  if (!exists(repo, ref))
    throw Failure(fmt::format("{} has no branch or tag \"{}\"", shown(options.repo), options.base_ref),
                  "give another -base-ref; " + branches(repo));
  Object object;
  check(git_revparse_single(out(object), repo, (ref + "^{commit}").c_str()),
        "cannot read " + options.base_ref);
  Commit commit;
  check(git_commit_lookup(out(commit), repo, git_object_id(object.get())), "cannot read " + options.base_ref);
  return commit;
}

Commit base_commit(git_repository* repo, const std::string& ref, const Options& options) {
  if (options.base_sha.empty()) return head_of(repo, ref, options);
  Commit commit = find_commit(repo, options.repo, parse_id(options.base_sha));
  if (!commit)
    throw Failure(fmt::format("{} has no commit {} (-base-sha)", shown(options.repo), options.base_sha),
                  "push that commit, or leave -base-sha out for the head of " + options.base_ref);
  return commit;
}

}  // namespace

Repository clone_base(const Options& given) {
  const std::string local = "refs/heads/" + given.base_ref;
  if (!valid_ref(local))
    throw Failure("-base-ref: \"" + given.base_ref + "\" is not a branch's name",
                  "for example: -base-ref master", kUsage);
  Options options = given;
  options.repo = absolute_url(given.repo);

  git_repository_init_options init = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  init.flags = GIT_REPOSITORY_INIT_MKDIR;
  init.initial_head = options.base_ref.c_str();
  Repository repo;
  check(git_repository_init_ext(out(repo), options.dir.c_str(), &init),
        "cannot make a repository in " + options.dir, "check the folder's permissions and free space");
  fetch_branches(repo.get(), options.repo);
  say("cloned " + shown(options.repo));

  const std::string branch = "refs/remotes/origin/" + options.base_ref, tag = "refs/tags/" + options.base_ref;
  const bool is_tag = !exists(repo.get(), branch) && exists(repo.get(), tag);
  const Commit base = base_commit(repo.get(), is_tag ? tag : branch, options);
  if (is_tag) {
    check(git_repository_set_head_detached(repo.get(), git_commit_id(base.get())),
          "cannot check out " + options.base_ref);
  } else {
    Reference created;
    check(git_reference_create(out(created), repo.get(), local.c_str(), git_commit_id(base.get()), true,
                               "clonerefs: base"),
          "cannot make branch " + options.base_ref);
  }
  checkout_head(repo.get());
  say(fmt::format("base {} at {}", options.base_ref, hex(*git_commit_id(base.get()))));
  return repo;
}

}  // namespace clonerefs
