#pragma once

#include <filesystem>
#include <functional>

namespace clonerefs {

/// The folder of the clone: made where it is missing, and put back to how it was found unless the clone is
/// whole.
class Workspace {
 public:
  /// Throws Failure where `dir` is not a folder, not empty or cannot be made.
  explicit Workspace(const std::filesystem::path& dir);

  /// Runs `work` in a child process and gives back its exit code. When that is not 0, and on SIGINT, SIGTERM
  /// or SIGHUP (the child is killed at once, whatever it waits for; the result is 128 + the signal), empties
  /// the folder.
  int run(const std::function<int()>& work);

 private:
  void remove();

  std::filesystem::path dir_;
  std::filesystem::path kept_;  ///< the nearest folder that was there before
};

}  // namespace clonerefs
