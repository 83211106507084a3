#include "image/input_hash.h"

#include <set>

#include "base/files.h"
#include "base/hash.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

/// Each field with its length before it, so that no two lists of fields look alike.
void add(Sha256& hash, const std::string& field) { hash.update(std::to_string(field.size()) + ":" + field); }

void add_file(Sha256& hash, const fs::path& root, const fs::path& file) {
  const auto status = fs::symlink_status(file);
  add(hash, file.lexically_relative(root).generic_string());
  if (fs::is_symlink(status)) {
    add(hash, "link");
    add(hash, fs::read_symlink(file).string());
  } else if (fs::is_regular_file(status)) {
    add(hash, (status.permissions() & fs::perms::owner_exec) != fs::perms::none ? "executable" : "file");
    add(hash, read_file(file));
  } else {
    add(hash, fs::is_directory(status) ? "folder" : "missing");
  }
}

}  // namespace

std::string hash_files(const fs::path& root, const std::vector<std::string>& paths) {
  std::set<fs::path> files;
  for (const auto& path : paths) {
    const fs::path start = (root / path).lexically_normal();
    files.insert(start);
    if (!fs::is_directory(fs::symlink_status(start))) continue;
    for (auto entry = fs::recursive_directory_iterator(start); entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->path().filename() == ".git") {
        entry.disable_recursion_pending();
        continue;
      }
      files.insert(entry->path());
    }
  }
  Sha256 hash;
  for (const auto& file : files) add_file(hash, root, file);
  return hash.hex();
}

}  // namespace harness
