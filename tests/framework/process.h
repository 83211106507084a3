#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// A program to run. `args[0]` is looked up on PATH; nothing passes through a shell.
struct Command {
  std::vector<std::string> args;
  std::filesystem::path dir = {};  ///< empty: the current folder
  std::map<std::string, std::string> env = {};
  bool keep_env = true;    ///< false: the program sees nothing but `env`
  std::string input = {};  ///< standard input
  std::chrono::seconds timeout{60};
  /// Gets each line of standard output as it comes; true means that this was enough, and ends the program
  /// (or Background::wait).
  std::function<bool(std::string_view)> until = {};
};

struct Result {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  bool timed_out = false;
  bool enough = false;  ///< `until` said so
  std::string out, err;
  bool ok() const { return exit_code == 0; }
  /// The exit and both outputs, for a message.
  std::string text() const;
};

/// For GoogleTest's messages.
inline std::ostream& operator<<(std::ostream& out, const Result& result) { return out << result.text(); }

/// Runs `command` in a process group of its own and waits for it; what it leaves in its group is killed, and
/// it dies with this process. Throws std::system_error when no process can be made; a program that is not
/// there exits with 127.
Result run(const Command& command);

/// A process that runs beside the test: `Background server({...}); ... server.end(SIGTERM)`.
class Background {
 public:
  explicit Background(const Command& command);
  ~Background();  ///< kills its group
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  int pid() const { return pid_; }
  /// Waits until `command.until` is true, and lets the program go on. False where it ends before, or
  /// `command.timeout` is over. What it prints afterwards is read by `end` alone: it must be little.
  bool wait();
  /// Sends `signal` (0: none) and waits for the end. Result::timed_out where it does not come within
  /// `command.timeout`.
  Result end(int signal);

 private:
  void read(int& fd, std::string& into);
  void follow();  ///< until the program ends, it was enough, or the time is over
  void close_all();

  Command command_;
  Result result_;
  size_t seen_ = 0;  ///< how much of result_.out went to command_.until
  int pid_ = -1, pid_fd_ = -1, out_ = -1, err_ = -1;
};

}  // namespace test
