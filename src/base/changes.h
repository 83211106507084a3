#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace harness {

/// Changes of files below a folder, by inotify(7): contents, modes, names, however an editor saves (in place,
/// or by renaming another file). New folders are watched as they come.
class Changes {
 public:
  /// What does not count: a file, or a folder with all below it. The path is relative to the root.
  using Ignored = std::function<bool(const std::string& path, bool folder)>;

  /// Gets each file and folder that is there.
  using Seen = std::function<void(const std::string& path)>;

  /// `seen` is called by the constructor alone. Throws Error (kCluster) where the system allows no more
  /// watches, with how that is fixed.
  Changes(std::filesystem::path root, Ignored ignored, const Seen& seen = {});
  ~Changes();
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  int descriptor() const { return fd_; }  ///< readable when take() may have something
  size_t folders() const { return folders_.size(); }
  /// What changed since the last call, relative to the root; "" stands for more than the kernel could list.
  /// Does not wait.
  std::set<std::string> take();

 private:
  void watch(const std::string& folder, const Seen& seen);

  const std::filesystem::path root_;
  const Ignored ignored_;
  int fd_;
  std::map<int, std::string> folders_;  ///< by watch descriptor
};

}  // namespace harness
