#pragma once

#include <filesystem>
#include <optional>

#include "base/files.h"

namespace harness::testrun {

/// A folder for all that is temporary, which is $TMPDIR while this object lives. Its path is short, since
/// sockets below it may have 107 bytes. A lock in it tells what a process that was killed has left from what
/// is in use. Whoever knows a name in it reaches what lies there, so that an untrusted step gets into its
/// own.
class Scratch {
 public:
  /// For the project that keeps its runs in `runs`.
  explicit Scratch(const std::filesystem::path& runs);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Removes those of the project whose process was killed.
  static void remove_left(const std::filesystem::path& runs);

 private:
  const std::filesystem::path before_, path_;
  const std::optional<FileLock> lock_;
};

}  // namespace harness::testrun
