#pragma once

#include "base/files.h"
#include "base/process.h"
#include "testrun/artifacts.h"

namespace harness::testrun {

/// Changes a command so that it runs with nothing but its own environment and, where this process is root, as
/// another user: its folders are then, while this object lives, in a folder under $TMPDIR that belongs to
/// that user, and what it exported is put where it would have been.
class Untrusted {
 public:
  Untrusted(const NodeFolders& folders, Command& command);
  ~Untrusted();
  Untrusted(const Untrusted&) = delete;
  Untrusted& operator=(const Untrusted&) = delete;

 private:
  const NodeFolders folders_;
  std::optional<TempDir> own_;
};

}  // namespace harness::testrun
