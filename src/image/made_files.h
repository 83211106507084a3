#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "config/project.h"

namespace harness {

/// A builder image's files as they are on disk now: path in the image -> file, relative to the project. Of a
/// folder all files below it, which is none where it is missing; a file's entry is there in any case. Throws
/// Error (kBuild) where a folder cannot be read, or has a link to another one in it.
std::map<std::string, std::string> files_of(const Project& project, const Image& image);

/// What builders have written among the files of a project's images, by what it held then, kept in
/// `.harness/made.json`. A file that git neither knows nor ignores may be either: one that a builder makes,
/// or a source that is new. It is made as long as it holds what a builder left in it.
///
///   const MadeFiles::Times before = MadeFiles::times(root, files);
///   run_the_builder();
///   MadeFiles::remember(root, before, files_now);
class MadeFiles {
 public:
  /// As far as is known by now; nothing where the file is missing or cannot be read.
  explicit MadeFiles(const std::filesystem::path& root);

  /// Whether the file, relative to the root, is as a builder has left it.
  bool is_made(const std::string& file) const;

  using Times = std::map<std::string, std::string>;  ///< by file; "" where it is missing
  static Times times(const std::filesystem::path& root, const std::set<std::string>& files);
  /// Keeps those of `files` that are not as they were `before`.
  static void remember(const std::filesystem::path& root, const Times& before,
                       const std::set<std::string>& files);

 private:
  std::filesystem::path root_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace harness
