#include "deploy/render/render_inputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// Adds files to a hash, folders with all in them.
class FileHash {
 public:
  void add(const std::string& name, const fs::path& path) {
    if (fs::is_directory(path)) return add_folder(name, path);
    hash_.update(name + '\0');
    if (!fs::exists(path)) return hash_.update("-");
    const auto content = read_file(path);
    hash_.update("+" + std::to_string(content.size()) + '\0');
    hash_.update(content);
  }

  std::string hex() { return hash_.hex(); }

 private:
  void add_folder(const std::string& name, const fs::path& path) {
    if (!open_.insert(fs::canonical(path)).second) return;  // a link that leads up
    std::vector<std::string> entries;
    for (const auto& entry : fs::directory_iterator(path)) entries.push_back(entry.path().filename());
    std::sort(entries.begin(), entries.end());
    hash_.update(name + "/" + '\0');
    for (const auto& entry : entries)
      if (entry != ".git" && entry != ".harness") add(name + "/" + entry, path / entry);
    open_.erase(fs::canonical(path));
  }

  Sha256 hash_;
  std::set<fs::path> open_;
};

}  // namespace

std::string hash_of_files(const fs::path& root, const std::set<std::string>& paths) {
  FileHash hash;
  for (const auto& path : paths) hash.add(path, root / path);
  return hash.hex();
}

std::optional<std::string> program_identity(const std::string& name) {
  const auto file = find_program(name);
  struct stat status {};
  if (!file || stat(file->c_str(), &status) != 0) return std::nullopt;
  return file->string() + " " + std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) +
         "." + std::to_string(status.st_mtim.tv_nsec);
}

}  // namespace harness
