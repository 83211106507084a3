#include "checkout.h"

#include <string_view>
#include <unordered_set>

#include "failure.h"

namespace clonerefs {

namespace {

constexpr const char* kDoing = "cannot check out the files";

void check_names(git_repository* repo, const git_oid* id, const std::string& path) {
  Tree tree;
  check(git_tree_lookup(out(tree), repo, id), kDoing);
  std::unordered_set<std::string_view> names;
  for (size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    const char* name = git_tree_entry_name(entry);
    if (!names.insert(name).second)
      throw Failure(std::string(kDoing) + ": two of them are named " + path + name,
                    "do not trust this repository; git fsck says more");
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
      check_names(repo, git_tree_entry_id(entry), path + name + "/");
  }
}

}  // namespace

void checkout_head(git_repository* repo) {
  Object tree;
  check(git_revparse_single(out(tree), repo, "HEAD^{tree}"), kDoing);
  check_names(repo, git_object_id(tree.get()), "");
  git_checkout_options o = GIT_CHECKOUT_OPTIONS_INIT;
  o.checkout_strategy = GIT_CHECKOUT_FORCE;
  check(git_checkout_head(repo, &o), kDoing,
        "the repository may hold paths that no file system should get, or the disk be full");
}

}  // namespace clonerefs
