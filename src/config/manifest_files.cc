#include "config/manifest_files.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

namespace harness {

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

bool is_glob(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

bool is_manifest(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

/// Finds the files that a glob matches, a name of it after the other.
class Glob {
 public:
  Glob(const fs::path& root, const fs::path& pattern) : root_(root) {
    for (const auto& name : pattern) names_.push_back(name);
  }

  std::vector<fs::path> files() {
    match("", 0);
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
    return std::move(files_);
  }

  /// The folder before the first name that has a wildcard.
  std::string folder() const {
    fs::path folder;
    for (const auto& name : names_) {
      if (is_glob(name)) break;
      folder /= name;
    }
    return folder.empty() ? "." : folder.string();
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
    } else if (fs::is_regular_file(root_ / path) && is_manifest(path)) {
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
  Names names_;
  std::vector<fs::path> files_;
};

/// What is read by a tool, and is no manifest.
std::string problem_of(const fs::path& file) {
  const auto name = file.filename().string();
  const auto folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (name == "kustomization.yaml" || name == "kustomization.yml")
    return fmt::format("{} is no manifest: \"kustomize: {}\" renders it", file.string(), folder);
  if (name == "Chart.yaml")
    return fmt::format("{} is no manifest: \"helm: {{chart: {}}}\" renders it", file.string(), folder);
  return "";
}

}  // namespace

FoundManifests find_manifests(const fs::path& root, const std::string& entry) {
  FoundManifests found;
  const fs::path path = fs::path(entry).lexically_normal();
  if (fs::is_regular_file(root / entry)) {
    found.files = {path};
  } else if (fs::is_directory(root / entry)) {
    found.folder = path.string();
    found.files = Glob(root, path / "*").files();
    if (found.files.empty())
      found.problem =
          fmt::format("the folder {} has no file .yaml, .yml or .json; {} looks into its folders, too", entry,
                      (path / "**").string());
  } else if (is_glob(entry) && (path.is_absolute() || *path.begin() == "..")) {
    found.problem = fmt::format("{}: a glob is looked for within the project", entry);
  } else if (is_glob(entry)) {
    Glob glob(root, path);
    found.folder = glob.folder();
    found.files = glob.files();
    if (found.files.empty()) found.problem = fmt::format("no file .yaml, .yml or .json matches {}", entry);
  } else {
    found.problem = fmt::format("there is no file {}", entry);
  }
  for (const auto& file : found.files)
    if (found.problem.empty()) found.problem = problem_of(file);
  return found;
}

}  // namespace harness
