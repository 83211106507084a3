#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "image/build_context.h"
#include "image/worktree.h"

namespace harness {

/// Names and contents of all files below some folders, found by several threads.
class FolderWalk {
 public:
  /// One line a file, as git would store it: "NAME\0MODE ID". MODE is 100644, 100755 or 120000 (a link). ID
  /// is the SHA-1 of "blob SIZE\0" and the contents. In a build context MODE has all that docker sends of it
  /// ("100600"), and folders count too ("40755", without an ID).
  using Files = std::vector<std::string>;
  struct Folder {
    std::string path;
    std::string name;           ///< what names of files in it begin with; "" for the project
    Worktree::Shared worktree;  ///< that holds it, or null
    std::string inside;         ///< its path there
    bool with_ignored = false;  ///< what git ignores counts too
    /// Of a build context: what docker sends counts and nothing else, whatever git says of it. Null
    /// elsewhere.
    std::shared_ptr<const ContextRules> rules = {};
    std::string in_context = {};  ///< its path there
    Dockerignore::Matched matched = {};
  };

  explicit FolderWalk(std::stop_token stop);
  void add_link(const std::string& name, const std::filesystem::path& path);
  void add_file(const std::string& name, const std::filesystem::path& path, const Worktree* worktree,
                const std::string& inside);
  void add_folder(Folder folder);
  /// Sorted, each once.
  Files finish();

 private:
  void work();
  void visit(Folder folder, Files& files);
  void enter(const Folder& parent, int descriptor, const std::string& entry, Files& files);
  void add_folders_left_out();

  std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Folder> waiting_;
  size_t busy_ = 0;
  std::exception_ptr failure_;
  Files files_;
  Files left_out_;  ///< lines of folders that docker leaves out, but not all that is in them: BuildKit sends
                    ///< them then
};

}  // namespace harness
