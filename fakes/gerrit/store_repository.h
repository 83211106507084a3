#pragma once

#include <filesystem>

#include "gerrit/git_handles.h"
#include "gerrit/store.h"

namespace fakes::gerrit {

/// The repository on disk behind a Store.
struct Store::Repository {
  Repository();
  ~Repository();
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  git_repository* get() const { return handle.get(); }
  /// The tree, read; the empty one is written where it is missing.
  TreeHandle tree(const std::string& id) const;

  std::filesystem::path dir;
  RepositoryHandle handle;
};

}  // namespace fakes::gerrit
