#include "config/manifest_files.h"

#include <fmt/format.h>

#include "base/glob.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

bool is_manifest(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

/// What is read by a tool, and is no manifest.
std::string problem_of(const fs::path& file) {
  const auto name = file.filename().string();
  const auto folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (name == "kustomization.yaml" || name == "kustomization.yml")
    return fmt::format("{} is not a manifest: \"kustomize: {}\" renders it", file.string(), folder);
  if (name == "Chart.yaml")
    return fmt::format("{} is not a manifest: \"helm: {{chart: {}}}\" renders it", file.string(), folder);
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
    found.files = glob_files(root, path / "*", is_manifest);
    if (found.files.empty())
      found.problem =
          fmt::format("the folder {} has no .yaml, .yml or .json file; {} also looks into its folders", entry,
                      (path / "**").string());
  } else if (is_glob(entry) && (path.is_absolute() || *path.begin() == "..")) {
    found.problem = fmt::format("{}: a glob is looked for within the project", entry);
  } else if (is_glob(entry)) {
    found.folder = folder_of_glob(path);
    found.files = glob_files(root, path, is_manifest);
    if (found.files.empty()) found.problem = fmt::format("no .yaml, .yml or .json file matches {}", entry);
  } else {
    found.problem = fmt::format("there is no file {}", entry);
  }
  for (const auto& file : found.files)
    if (found.problem.empty()) found.problem = problem_of(file);
  return found;
}

}  // namespace harness
