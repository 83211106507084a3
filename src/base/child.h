#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/process.h"

namespace harness {

/// `file` (absolute) by a path, for an argument of a Command, that only the very process which that starts
/// can open: for one that it forks there is no such file.
std::string path_of_itself(const std::filesystem::path& file);

/// A program that is watched while it runs, in a process group of its own. It dies with the thread that made
/// this object, which is the only one that may use it.
class Child {
 public:
  /// Of `command` count args, dir, env, only_env, output_file (required) and grace. Throws as run() does.
  explicit Child(const Command& command);
  /// Kills it and its group where it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for its end, but no longer; whether it has ended. Then what it left in its group is killed.
  bool wait_for(std::chrono::milliseconds time);
  /// Its group gets `signal`, and is killed after the grace. Only the first call counts.
  void end(int signal);
  /// Once it has ended.
  const ProcessResult& result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace harness
