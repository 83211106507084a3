#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <future>

#include "base/child.h"
#include "base/error.h"
#include "base/files.h"
#include "base/git_environment.h"
#include "base/launcher.h"
#include "base/text.h"
#include "base/threads.h"

namespace harness {

namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry && !command.only_env; ++entry) {
    const std::string text = *entry, name = text.substr(0, text.find('='));
    if (!command.env.contains(name) && !is_local_git_variable(name)) all.push_back(text);
  }
  for (const auto& [key, value] : command.env) all.push_back(key + "=" + value);
  return all;
}

/// The program that a name stands for. Throws Error.
std::filesystem::path program_of(const Command& command) {
  const auto& name = command.args.at(0);
  if (name.find('/') != std::string::npos) return name;
  const auto found = find_program(name);
  if (!found)
    throw Error(name + " is not on PATH", {.command = shell_quoted(command.args), .exit_code = kCluster});
  return *found;
}

/// -1: /dev/null.
struct Stdio {
  int in = -1, out, err;
};

process::process spawn(asio::io_context& io, const Command& command, const Stdio& stdio) {
  const auto program = program_of(command);
  try {
    const Launch what{.program = program,
                      .args = command.args,
                      .env = environment_of(command),
                      .dir = command.dir,
                      .in = stdio.in,
                      .out = stdio.out,
                      .err = stdio.err};
    return process::process(io.get_executor(), launch(what));
  } catch (const std::system_error& e) {
    const std::string where = command.dir.empty() ? "" : " in " + command.dir.string();
    throw Error("cannot start " + command.args[0] + where + ": " + e.code().message(),
                {.command = shell_quoted(command.args), .exit_code = kCluster});
  }
}

/// A file for a child's output, closed on exec and at the end. Others may append to it meanwhile.
struct OutputFile {
  explicit OutputFile(const std::filesystem::path& path)
      : fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                mode_in(path.parent_path()))) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~OutputFile() { close(fd); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  int fd;
};

/// A child and what it starts, in a process group of its own. All but the constructor happens on the thread
/// that runs `io`.
class Group {
 public:
  Group(asio::io_context& io, const Command& command, const Stdio& stdio, std::chrono::milliseconds grace)
      : grace_time_(grace), grace_(io), child_(spawn(io, command, stdio)), id_(child_.id()) {
    setpgid(id_, id_);  // the child does it too; whoever is first
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  /// Once the child has ended `result` has how, and what it left behind is killed.
  void on_exit(ProcessResult& result, std::function<void()> then) {
    child_.async_wait([this, &result, then = std::move(then)](auto, int) {
      exited_ = true;
      const int native = child_.native_exit_code();
      if (WIFSIGNALED(native))
        result.signal = WTERMSIG(native);
      else
        result.exit_code = WEXITSTATUS(native);
      kill_all();
      grace_.cancel();
      then();
    });
  }
  /// `signal`, and SIGKILL after the grace. Only the first call counts.
  void end(int signal) {
    if (exited_ || ending_) return;
    ending_ = true;
    kill(-id_, signal);
    grace_.expires_after(grace_time_);
    grace_.async_wait([this](auto error) {
      if (!error && !exited_) kill_all();
    });
  }
  void kill_all() { kill(-id_, SIGKILL); }
  bool has_exited() const { return exited_; }

 private:
  const std::chrono::milliseconds grace_time_;
  asio::steady_timer grace_;
  process::process child_;
  const pid_t id_;
  bool exited_ = false, ending_ = false;
};

/// One run of a command: everything happens on the thread that is in io.run().
class Runner {
 public:
  Runner(const Command& command, std::stop_token stop) : command_(command), stop_(std::move(stop)) {}

  ProcessResult run() {
    start();
    feed();
    if (command_.output_file.empty()) {
      read(out_, out_buffer_, result_.out);
      read(err_, err_buffer_, result_.err);
    }
    if (command_.timeout) {
      timeout_.expires_after(*command_.timeout);
      timeout_.async_wait([this](auto error) {
        if (error) return;
        result_.timed_out = true;
        group_->end(command_.timeout_signal);
      });
    }
    group_->on_exit(result_, [this] { close_pipes(); });
    {
      const std::stop_callback on_stop(stop_, [this] { asio::post(io_, [this] { group_->end(SIGTERM); }); });
      io_.run();
    }
    if (stop_.stop_requested()) throw Cancelled();
    return std::move(result_);
  }

 private:
  void start() {
    if (stop_.stop_requested()) throw Cancelled();
    asio::readable_pipe in(io_);
    asio::writable_pipe out(io_), err(io_);
    if (!command_.input.empty()) asio::connect_pipe(in, in_);
    if (command_.output_file.empty()) {
      asio::connect_pipe(out_, out);
      asio::connect_pipe(err_, err);
      group_.emplace(io_, command_,
                     Stdio{in.is_open() ? in.native_handle() : -1, out.native_handle(), err.native_handle()},
                     command_.grace);
    } else {
      const OutputFile file(command_.output_file);
      group_.emplace(io_, command_, Stdio{in.is_open() ? in.native_handle() : -1, file.fd, file.fd},
                     command_.grace);
    }
  }

  void feed() {
    if (command_.input.empty()) return;
    asio::async_write(in_, asio::buffer(command_.input), [this](auto, auto) {
      process::error_code ignored;
      in_.close(ignored);
    });
  }

  using Buffer = std::array<char, 65536>;

  void take(std::string& kept, const Buffer& buffer, size_t size) {
    kept.append(buffer.data(), size);
    if (command_.on_output && size > 0) command_.on_output({buffer.data(), size});
  }

  void read(asio::readable_pipe& pipe, Buffer& buffer, std::string& kept) {
    pipe.async_read_some(asio::buffer(buffer), [this, &pipe, &buffer, &kept](auto error, size_t size) {
      take(kept, buffer, size);
      if (!error) read(pipe, buffer, kept);
    });
  }

  void close_pipes() {
    timeout_.cancel();
    process::error_code ignored;
    in_.close(ignored);
    drain(out_, out_buffer_, result_.out);
    drain(err_, err_buffer_, result_.err);
  }

  /// Takes what is in the pipe and closes it, whoever may still hold its other end.
  void drain(asio::readable_pipe& pipe, Buffer& buffer, std::string& kept) {
    if (!pipe.is_open()) return;
    pipe.cancel();
    const int fd = pipe.native_handle();
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    for (ssize_t size; (size = ::read(fd, buffer.data(), buffer.size())) > 0;)
      take(kept, buffer, static_cast<size_t>(size));
    process::error_code ignored;
    pipe.close(ignored);
  }

  const Command& command_;
  std::stop_token stop_;
  asio::io_context io_;
  asio::writable_pipe in_{io_};
  asio::readable_pipe out_{io_}, err_{io_};
  asio::steady_timer timeout_{io_};
  std::optional<Group> group_;
  Buffer out_buffer_, err_buffer_;
  ProcessResult result_;
};

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const auto found = process::environment::find_executable(name);
  return found.empty() ? std::nullopt : std::optional<std::filesystem::path>(found.string());
}

/// /proc/self/task has the threads of the process that looks, its first one among them.
std::string path_of_itself(const std::filesystem::path& file) {
  return "/proc/self/task/" + std::string(kOwnPid) + "/root" + file.string();
}

ProcessResult run(const Command& command, std::stop_token stop) {
  return Runner(command, std::move(stop)).run();
}

std::string run_checked(const Command& command, const std::string& doing, ExitCode exit_code,
                        std::stop_token stop) {
  auto result = run(command, std::move(stop));
  if (result.ok()) return std::move(result.out);
  const std::string how = result.timed_out ? " did not end in time"
                          : result.signal  ? " was killed by signal " + std::to_string(result.signal)
                                           : " exited with " + std::to_string(result.exit_code);
  throw Error(doing + ": " + command.args[0] + how, {.command = shell_quoted(command.args),
                                                     .output_tail = tail(result.out + result.err, 20),
                                                     .exit_code = exit_code});
}

BackgroundProcess::BackgroundProcess(const Command& command) {
  // The thread lives as long as the child: the child dies with the thread that started it.
  std::promise<void> started;
  auto start = started.get_future();
  thread_ = background(
      [this, &command, &started](std::stop_token stop) {
        asio::io_context io;
        std::optional<Group> group;
        try {
          const OutputFile file(command.output_file);
          group.emplace(io, command, Stdio{.out = file.fd, .err = file.fd}, std::chrono::seconds(1));
        } catch (...) {
          started.set_exception(std::current_exception());
          return;
        }
        running_ = true;
        ProcessResult ignored;
        group->on_exit(ignored, [this] { running_ = false; });
        const std::stop_callback on_stop(stop, [&] { asio::post(io, [&] { group->end(SIGTERM); }); });
        started.set_value();
        io.run();
      },
      [this](const std::exception&) { running_ = false; });
  start.get();
}

bool BackgroundProcess::running() const { return running_; }

struct Child::State {
  State(const Command& command, const OutputFile& file)
      : group(io, command, {.out = file.fd, .err = file.fd}, command.grace) {
    group.on_exit(result, [] {});
  }
  asio::io_context io;
  Group group;
  ProcessResult result;
};

Child::Child(const Command& command)
    : state_(std::make_unique<State>(command, OutputFile(command.output_file))) {}

Child::~Child() {
  if (!state_->group.has_exited()) state_->group.kill_all();
  while (!wait_for(std::chrono::seconds(1))) continue;
}

bool Child::wait_for(std::chrono::milliseconds time) {
  auto& s = *state_;
  const auto until = std::chrono::steady_clock::now() + time;
  s.io.restart();
  while (!s.group.has_exited() && std::chrono::steady_clock::now() < until) s.io.run_one_until(until);
  return s.group.has_exited();
}

void Child::end(int signal) { state_->group.end(signal); }

const ProcessResult& Child::result() const { return state_->result; }

}  // namespace harness
