#include "testrun/foreign_files.h"

namespace harness::testrun {

namespace fs = std::filesystem;

void disarm(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink()) continue;
    if (!entry.is_regular_file() && !entry.is_directory())
      fs::remove(entry.path());
    else
      fs::permissions(entry.path(), fs::perms::set_uid | fs::perms::set_gid, fs::perm_options::remove);
  }
}

}  // namespace harness::testrun
