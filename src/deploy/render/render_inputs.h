#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace harness {

/// A hash of names and contents of files and of all in folders; links count with what they lead to, and what
/// git ignores counts, too: a tool reads it all the same. A path that is missing counts as that. `.git` and
/// `.harness` do not. Throws std::runtime_error where a file cannot be read.
std::string hash_of_files(const std::filesystem::path& root, const std::set<std::string>& paths);

/// What makes two calls of a program the same: where it is, its size and when it was written. Nothing where
/// there is no such program on PATH.
std::optional<std::string> program_identity(const std::string& name);

}  // namespace harness
