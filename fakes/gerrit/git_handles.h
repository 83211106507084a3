#pragma once

#include <git2.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace fakes::gerrit {

/// Throws std::runtime_error with libgit2's message where `code` is an error; gives it back otherwise.
inline int checked(int code) {
  if (code >= 0) return code;
  const auto* error = git_error_last();
  throw std::runtime_error(std::string("git: ") + (error ? error->message : "unknown error"));
}

template <typename T, void (*kFree)(T*)>
struct Freed {
  void operator()(T* value) const { kFree(value); }
};

/// An object of libgit2's that is freed at the end: `const auto tree = made<TreeHandle>(git_tree_lookup,
/// repository, &id);`
template <typename T, void (*kFree)(T*)>
using Handle = std::unique_ptr<T, Freed<T, kFree>>;
using BlobHandle = Handle<git_blob, git_blob_free>;
using CommitHandle = Handle<git_commit, git_commit_free>;
using DiffHandle = Handle<git_diff, git_diff_free>;
using EntryHandle = Handle<git_tree_entry, git_tree_entry_free>;
using IndexHandle = Handle<git_index, git_index_free>;
using OdbHandle = Handle<git_odb, git_odb_free>;
using PatchHandle = Handle<git_patch, git_patch_free>;
using RepositoryHandle = Handle<git_repository, git_repository_free>;
using TreeHandle = Handle<git_tree, git_tree_free>;

template <typename H, typename Function, typename... Args>
H made(Function function, Args... args) {
  typename H::pointer value = nullptr;
  checked(function(&value, args...));
  return H(value);
}

inline git_oid oid_of(const std::string& id) {
  git_oid oid;
  checked(git_oid_fromstr(&oid, id.c_str()));
  return oid;
}

inline std::string text_of(const git_oid& oid) {
  char text[GIT_OID_HEXSZ + 1];
  git_oid_tostr(text, sizeof text, &oid);
  return text;
}

}  // namespace fakes::gerrit
