#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// A SHA-256 over files and folders: names, contents, executable bits and links; not times or owners. A path that is
/// missing counts as missing. `.git` folders do not count.
std::string hash_files(const std::filesystem::path& root, const std::vector<std::string>& paths);

}  // namespace harness
