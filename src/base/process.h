#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

namespace harness {

/// A program to run. `args[0]` is looked up on PATH; nothing passes through a shell.
struct Command {
  std::vector<std::string> args;
  std::filesystem::path dir = {};                        ///< empty: the current folder
  std::map<std::string, std::string> env = {};           ///< added to this process's environment
  bool only_env = false;                                 ///< and `env` is all that it gets
  std::string input = {};                                ///< standard input; always closed afterwards
  std::function<void(std::string_view)> on_output = {};  ///< each piece of stdout and stderr as it comes
  std::filesystem::path output_file = {};  ///< stdout and stderr go there, not through this process
  std::optional<std::chrono::milliseconds> timeout = {};
  int timeout_signal = SIGTERM;           ///< what the group gets first when the time is over
  std::chrono::milliseconds grace{2000};  ///< between SIGTERM and SIGKILL on a cancel or timeout
};

struct ProcessResult {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< 0 when it exited
  bool timed_out = false;
  std::string out;  ///< standard output, whole
  std::string err;  ///< standard error, whole
  bool ok() const { return exit_code == 0; }
};

/// The program that `name` stands for on PATH; nothing if there is none.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Runs `command` in a process group of its own and waits for it. When it has ended, whatever it left in its
/// group is killed. The child dies with this process. A background grandchild that holds the pipes open does
/// not delay the return. Throws Error (kCluster) when the program cannot be started, Cancelled when `stop`
/// was requested (the group got SIGTERM, then SIGKILL after `grace`). A non-zero exit is a value, not an
/// error.
ProcessResult run(const Command& command, std::stop_token stop = {});

/// As `run`, but a non-zero exit throws Error{command, last 20 lines of its output, exit_code}.
/// `doing` begins the message: "cannot create the cluster: kind exited with 1".
std::string run_checked(const Command& command, const std::string& doing, ExitCode exit_code,
                        std::stop_token stop = {});

/// A child that runs beside this process (kubectl proxy): started at once, its group ended by the destructor
/// (SIGTERM, then SIGKILL after 1 s), and dying with this process.
class BackgroundProcess {
 public:
  /// stdout and stderr go to `command.output_file` (required).
  explicit BackgroundProcess(const Command& command);
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;
  bool running() const;

 private:
  std::atomic<bool> running_ = false;
  std::jthread thread_;
};

}  // namespace harness
