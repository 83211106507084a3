#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace fakes::git {

/// What to run. Nothing is inherited but standard error.
struct Program {
  std::string path;               ///< absolute
  std::vector<std::string> args;  ///< without the program's own name
  std::vector<std::string> env;   ///< "NAME=value"; the whole environment
  std::string dir = "/";
  bool input = false;         ///< false: standard input is /dev/null
  bool merge_errors = false;  ///< standard error goes where standard output goes
};

class Children;

/// A running program, the leader of a process group of its own. When it ends, whatever it left in its group
/// is killed. Everything but `end` is used on the executor it was started with.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(Children& children, boost::asio::any_io_executor executor);
  ~Child();

  /// Sends to its standard input. False when it takes no more.
  boost::asio::awaitable<bool> write(boost::asio::const_buffer data);
  void close_input();
  /// The next piece of its output; 0 at the end, or once it has ended and nothing is left in the pipe.
  boost::asio::awaitable<std::size_t> read(boost::asio::mutable_buffer buffer);
  /// Its status, as waitpid gives it, once it has ended.
  boost::asio::awaitable<int> wait();
  /// SIGTERM for its group, SIGKILL 2 seconds later. Nothing once it has ended. Thread-safe.
  void end();

 private:
  friend class Children;
  void on_exit(int status);

  Children& children_;
  pid_t pid_ = 0;
  boost::asio::posix::stream_descriptor in_, out_;
  boost::asio::steady_timer ended_, grace_;
  std::optional<int> status_;
  bool ending_ = false;
};

struct ProgramResult {
  int status = 0;  ///< as waitpid gives it
  bool timed_out = false;
  std::string output;  ///< the end of it, at most what was asked for
};

/// Starts the process's children and waits for all of them, also for those that it inherits as process 1 of a
/// container: no zombie stays. One object a process.
class Children {
 public:
  explicit Children(boost::asio::io_context& io);

  /// Throws std::system_error when the program cannot be started. Its Child lives at least until it has
  /// ended.
  std::shared_ptr<Child> start(const Program& program, boost::asio::any_io_executor executor);
  /// Runs a program to its end, with its errors in its output; ends it after `limit` or when `stop` is
  /// requested. Blocks: not for the io threads.
  ProgramResult run(Program program, std::chrono::milliseconds limit, size_t output_limit,
                    std::stop_token stop);

 private:
  friend class Child;
  void reap_on_signal();
  void reap();
  void signal(pid_t pid, int number);

  boost::asio::io_context& io_;
  boost::asio::signal_set signals_;
  std::mutex mutex_;  ///< held from fork to the entry in the map, and from waitpid to its removal
  std::map<pid_t, std::shared_ptr<Child>> running_;
};

/// "exit status 3", "signal 9".
std::string describe_status(int status);

}  // namespace fakes::git
