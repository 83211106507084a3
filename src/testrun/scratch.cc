#include "testrun/scratch.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/hash.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLock = "lock";

/// Of the project's folders in $TMPDIR.
std::string prefix_of(const fs::path& runs) {
  return "harness-" + sha256_hex(fs::absolute(runs).string()).substr(0, 6) + "-";
}

fs::path make_folder(const fs::path& parent, const std::string& prefix) {
  auto pattern = (parent / (prefix + "XXXXXX")).string();
  if (!mkdtemp(pattern.data()) || chmod(pattern.c_str(), 0711) != 0)
    throw std::system_error(errno, std::generic_category(), pattern);
  return pattern;
}

std::optional<FileLock> lock_in(const fs::path& folder) {
  std::string holder;
  return FileLock::try_lock(folder / kLock, &holder);
}

}  // namespace

Scratch::Scratch(const fs::path& runs)
    : before_(fs::temp_directory_path()),
      path_(make_folder(before_, prefix_of(runs))),
      lock_(lock_in(path_)) {
  setenv("TMPDIR", path_.c_str(), 1);
}

Scratch::~Scratch() {
  setenv("TMPDIR", before_.c_str(), 1);
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void Scratch::remove_left(const fs::path& runs) {
  const auto prefix = prefix_of(runs);
  std::set<fs::path> all;
  std::error_code ignored;  // others make and remove theirs meanwhile
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored))
    if (entry.path().filename().string().starts_with(prefix)) all.insert(entry.path());
  for (const auto& folder : all) {
    // Without a word in it the lock is just being taken.
    if (const auto size = fs::file_size(folder / kLock, ignored); ignored || size == 0) continue;
    try {
      if (const auto lock = lock_in(folder)) fs::remove_all(folder, ignored);
    } catch (const std::runtime_error&) {  // its owner has just removed it
    }
  }
}

}  // namespace harness::testrun
