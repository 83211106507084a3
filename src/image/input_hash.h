#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// A file or folder that something depends on.
struct Input {
  enum class Counts {
    unless_ignored,  ///< all below it but what git ignores; a path that is itself ignored counts with all below it
    everything,      ///< all below it
    if_tracked,      ///< a file: only if git knows it
  };
  std::string path;  ///< relative to the project
  Counts counts = Counts::unless_ignored;
};

std::vector<Input> inputs_of(const std::vector<std::string>& paths);

/// A SHA-256 over files: names relative to `root`, contents, executable bits and links; not times, owners, or what git has committed. `.git` and the
/// project's `.harness` do not count. A link counts as its text, and one that is itself an input also as what it leads to. Files that git's index knows
/// to be unchanged are not read.
///
///   hash_files(project.root, {{"src"}, {"images/web", Input::Counts::everything}})
///
/// Throws Error (kBuild) where an input is missing, cannot be read or does not stop changing; Cancelled once `stop` is requested.
std::string hash_files(const std::filesystem::path& root, const std::vector<Input>& inputs, std::stop_token stop = {});

}  // namespace harness
