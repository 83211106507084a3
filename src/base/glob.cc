#include "base/glob.h"

#include <fnmatch.h>

#include <algorithm>

namespace harness {

namespace {

namespace fs = std::filesystem;

/// Finds the files that a pattern matches, a name of it after the other.
class Glob {
 public:
  Glob(const fs::path& root, const fs::path& pattern, const std::function<bool(const fs::path&)>& accepts)
      : root_(root), accepts_(accepts) {
    for (const auto& name : pattern) names_.push_back(name);
  }

  std::vector<fs::path> files() {
    if (!names_.empty()) match("", 0);
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
    return std::move(files_);
  }

 private:
  void match(const fs::path& folder, size_t index) {
    const std::string& name = names_[index];
    const bool is_last = index + 1 == names_.size();
    if (name == "**") return match_below(folder, index);
    if (!is_glob(name)) return take(folder / name, index, is_last);
    for (const auto& entry : entries(folder))
      if (fnmatch(name.c_str(), entry.filename().c_str(), FNM_PERIOD) == 0) take(entry, index, is_last);
  }

  void match_below(const fs::path& folder, size_t index) {
    if (index + 1 < names_.size()) match(folder, index + 1);
    for (const auto& entry : entries(folder)) {
      if (entry.filename().string().starts_with('.')) continue;
      if (index + 1 == names_.size()) take(entry, index, true);
      if (fs::is_directory(root_ / entry) && !fs::is_symlink(root_ / entry)) match_below(entry, index);
    }
  }

  void take(const fs::path& path, size_t index, bool is_last) {
    if (!is_last) {
      if (fs::is_directory(root_ / path)) match(path, index + 1);
    } else if (fs::is_regular_file(root_ / path) && accepts_(path)) {
      files_.push_back(path);
    }
  }

  std::vector<fs::path> entries(const fs::path& folder) const {
    std::vector<fs::path> all;
    std::error_code unseen;
    for (const auto& entry : fs::directory_iterator(root_ / folder, unseen))
      all.push_back(folder / entry.path().filename());
    return all;
  }

  const fs::path root_;
  std::vector<std::string> names_;
  const std::function<bool(const fs::path&)>& accepts_;
  std::vector<fs::path> files_;
};

}  // namespace

bool is_glob(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

std::vector<fs::path> glob_files(const fs::path& root, const fs::path& pattern,
                                 const std::function<bool(const fs::path&)>& accepts) {
  return Glob(root, pattern, accepts).files();
}

std::string folder_of_glob(const fs::path& pattern) {
  fs::path folder;
  for (const auto& name : pattern) {
    if (is_glob(name)) break;
    folder /= name;
  }
  return folder.empty() ? "." : folder.string();
}

}  // namespace harness
