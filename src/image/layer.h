#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace harness {

/// A layer: an uncompressed tar that depends on contents, modes and paths alone. Sorted, times and owners
/// zero, parent folders included. `files`: path in the image -> file on disk. Executable files get mode 0755,
/// others 0644. Throws Error (kBuild) naming a file that cannot be read or does not stop changing.
std::string tar_layer(const std::map<std::string, std::filesystem::path>& files);

}  // namespace harness
