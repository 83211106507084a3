#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace harness {

/// Whether a path has a wildcard: `*`, `?`, `[a-z]` within a name, `**` for any folders.
bool is_glob(const std::string& path);

/// The files below `root` that `pattern` matches and `accepts` takes, relative to it and sorted. What begins
/// with a dot is left out unless a name of the pattern does so, too. Links to folders are not followed by
/// `**`.
std::vector<std::filesystem::path> glob_files(
    const std::filesystem::path& root, const std::filesystem::path& pattern,
    const std::function<bool(const std::filesystem::path&)>& accepts);

/// The folder before the first name that has a wildcard; "." where it is the first.
std::string folder_of_glob(const std::filesystem::path& pattern);

}  // namespace harness
