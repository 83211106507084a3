#include "support/files.h"

#include <iterator>

namespace fs = std::filesystem;

fs::path TempProject::write(const std::string& path, const std::string& content, mode_t mode) const {
  const auto file = root() / path;
  fs::create_directories(file.parent_path());
  harness::write_file_atomically(file, content, mode);
  return file;
}

size_t open_fds() {
  const fs::directory_iterator fds("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(fds), end(fds))) - 1;  // without the iterator's own
}
