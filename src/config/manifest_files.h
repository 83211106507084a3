#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// What one entry of `manifest:` stands for.
struct FoundManifests {
  std::vector<std::filesystem::path> files;  ///< relative to the project, sorted folder by folder
  std::string folder;   ///< in which they were looked for; empty where the entry is a file
  std::string problem;  ///< empty: none
};

/// Of a file: itself, whatever its name is. Of a folder: the files .yaml, .yml and .json in it, and not in
/// its folders, as `kubectl apply -f DIR`. Of a glob (`*`,
/// `?`, `[a-z]` within a name; `**` for any folders): those that match; "DIR/**" is `kubectl apply -R -f
/// DIR`. What begins with a dot is left out there.
FoundManifests find_manifests(const std::filesystem::path& root, const std::string& entry);

}  // namespace harness
