#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace harness {

/// What builders have written among the files of a project's images, by what it held then, kept in
/// `.harness/made.json`. A file that git neither knows nor ignores may be either: one that a builder makes,
/// or a source that is new. It is made as long as it holds what a builder left in it.
///
///   const MadeFiles::Times before = MadeFiles::times(root, files);
///   run_the_builder();
///   MadeFiles::remember(root, before);
class MadeFiles {
 public:
  /// As far as is known by now; nothing where the file is missing or cannot be read.
  explicit MadeFiles(const std::filesystem::path& root);

  /// Whether the file, relative to the root, is as a builder has left it.
  bool is_made(const std::string& file) const;

  using Times = std::map<std::string, std::string>;  ///< by file; "" where it is missing
  static Times times(const std::filesystem::path& root, const std::vector<std::string>& files);
  /// Keeps those that are not as they were `before`.
  static void remember(const std::filesystem::path& root, const Times& before);

 private:
  std::filesystem::path root_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace harness
