#pragma once

#include <filesystem>
#include <string>

#include "base/files.h"

/// A folder for one test, gone at its end.
class TempProject {
 public:
  const std::filesystem::path& root() const { return dir_.path(); }
  std::filesystem::path operator/(const std::string& path) const { return dir_.path() / path; }
  /// Writes a file; folders on the way are made. Returns its path.
  std::filesystem::path write(const std::string& path, const std::string& content, mode_t mode = 0644) const;

 private:
  harness::TempDir dir_;
};

/// How many file descriptors this process has open.
size_t open_fds();
