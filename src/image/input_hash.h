#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "image/build_context.h"
#include "image/made_files.h"

namespace harness {

/// A file or folder that something depends on.
struct Input {
  enum class Counts {
    unless_ignored,  ///< all below it but what git ignores; a path that is itself ignored counts with all
                     ///< below it
    in_any_case,     ///< a file
    unless_made,  ///< a file that a builder may make: if git knows it, or else if it is there, git does not
                  ///< ignore it and `made` does not have it
    as_docker_sends,  ///< a folder that is a build context: by `rules`
  };
  std::string path;  ///< relative to the project
  Counts counts = Counts::unless_ignored;
  std::shared_ptr<const ContextRules> rules = {};
  std::shared_ptr<const MadeFiles> made = {};
};

std::vector<Input> inputs_of(const std::vector<std::string>& paths);

/// A SHA-256 over files: names relative to `root`, contents, executable bits and links; not times, owners, or
/// what git has committed. `.git` and the project's `.harness` do not count; in a build context `.git` does,
/// and all bits of a mode. A link counts as its text, and one that is itself an input also as what it leads
/// to. Files that git's index knows to be unchanged are not read.
///
///   hash_files(project.root, {{"src"}, {"images/web", Input::Counts::as_docker_sends, rules}})
///
/// Throws Error (kBuild) where an input is missing, cannot be read or does not stop changing; Cancelled once
/// `stop` is requested.
std::string hash_files(const std::filesystem::path& root, const std::vector<Input>& inputs,
                       std::stop_token stop = {});

}  // namespace harness
