#pragma once

#include <git2.h>

#include <memory>
#include <string>

namespace clonerefs {

/// Owns what a libgit2 function hands out: `Repository repo; check(git_repository_open(out(repo), path),
/// "cannot ...");`
template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freer<T, Free>>;

using Repository = Owned<git_repository, git_repository_free>;
using Remote = Owned<git_remote, git_remote_free>;
using Commit = Owned<git_commit, git_commit_free>;
using Tree = Owned<git_tree, git_tree_free>;
using Index = Owned<git_index, git_index_free>;
using Object = Owned<git_object, git_object_free>;
using Reference = Owned<git_reference, git_reference_free>;
using Submodule = Owned<git_submodule, git_submodule_free>;
using Signature = Owned<git_signature, git_signature_free>;
using ConflictIterator = Owned<git_index_conflict_iterator, git_index_conflict_iterator_free>;

/// std::out_ptr of C++23: a T** that fills `owner` at the end of the full expression.
template <typename T, typename D>
struct OutPtr {
  explicit OutPtr(std::unique_ptr<T, D>& o) : owner(o) {}
  ~OutPtr() { owner.reset(raw); }
  operator T**() { return &raw; }
  std::unique_ptr<T, D>& owner;
  T* raw = nullptr;
};
template <typename T, typename D>
OutPtr<T, D> out(std::unique_ptr<T, D>& owner) {
  return OutPtr<T, D>(owner);
}

/// libgit2, started for the lifetime of this object: no configuration of the machine's, and no owner
/// validation for root, who in a container works on volumes of any owner.
struct Library {
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

/// What libgit2 says of its last error.
std::string last_error();

/// Throws Failure("DOING: libgit2's message", next) when `result` is an error; gives it back otherwise.
int check(int result, const std::string& doing, const std::string& next = "");

std::string hex(const git_oid& id);
git_oid parse_id(const std::string& sha);  ///< of 40 hexadecimal digits

/// `url` without a password, for messages.
std::string shown(const std::string& url);

/// One line on standard output, at once.
void say(const std::string& line);

}  // namespace clonerefs
