#include "framework/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

extern char** environ;

namespace test {

namespace {

int must(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

std::vector<std::string> environment(const Command& command) {
  std::vector<std::string> env;
  for (char** entry = environ; command.keep_env && *entry; ++entry) {
    const std::string_view text(*entry);
    if (!command.env.count(std::string(text.substr(0, text.find('='))))) env.emplace_back(text);
  }
  for (const auto& [name, value] : command.env) env.push_back(name + "=" + value);
  return env;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& s : strings) result.push_back(s.data());
  result.push_back(nullptr);
  return result;
}

int input_file(const std::string& input) {
  const int fd = must(memfd_create("input", MFD_CLOEXEC), "memfd_create");
  for (size_t done = 0; done < input.size();)
    done += must(write(fd, input.data() + done, input.size() - done), "write");
  lseek(fd, 0, SEEK_SET);
  return fd;
}

}  // namespace

std::string Result::text() const {
  return fmt::format("{}\n--- stdout\n{}\n--- stderr\n{}",
                     timed_out ? "timed out"
                     : signal  ? fmt::format("killed by signal {}", signal)
                               : fmt::format("exit code {}", exit_code),
                     out, err);
}

Background::Background(const Command& command) : command_(command) {
  auto args = command.args, env = environment(command);
  const auto argv = pointers(args), envp = pointers(env);
  const int in = input_file(command.input);
  std::array<int, 2> out{}, err{};
  must(pipe2(out.data(), O_CLOEXEC), "pipe2");
  must(pipe2(err.data(), O_CLOEXEC), "pipe2");
  const pid_t parent = getpid();
  pid_ = must(fork(), "fork");
  if (pid_ == 0) {  // only calls that are safe beside other threads
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(in, 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    if (command.dir.empty() || chdir(command.dir.c_str()) == 0) execvpe(argv[0], argv.data(), envp.data());
    constexpr std::string_view message = "cannot be started: no such program or folder\n";
    if (write(2, message.data(), message.size()) < 0) _exit(126);
    _exit(127);
  }
  setpgid(pid_, pid_);  // here too: whoever comes first
  for (const int fd : {in, out[1], err[1]}) close(fd);
  out_ = out[0], err_ = err[0];
  pid_fd_ = must(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open");
}

void Background::read(int& fd, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), n);
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) close(std::exchange(fd, -1));
  for (size_t end;
       command_.until && !result_.enough && (end = result_.out.find('\n', seen_)) != std::string::npos;
       seen_ = end + 1)
    result_.enough = command_.until(std::string_view(result_.out).substr(seen_, end - seen_));
}

void Background::follow() {
  const auto deadline = std::chrono::steady_clock::now() + command_.timeout;
  for (bool ended = false; !ended && !result_.enough;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    std::array<pollfd, 3> polled{{{out_, POLLIN, 0}, {err_, POLLIN, 0}, {pid_fd_, POLLIN, 0}}};
    const int ready =
        left.count() <= 0 ? 0 : poll(polled.data(), polled.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      result_.timed_out = true;
      break;
    }
    if (polled[0].revents) read(out_, result_.out);
    if (polled[1].revents) read(err_, result_.err);
    ended = polled[2].revents && !polled[0].revents && !polled[1].revents;
  }
}

bool Background::wait() {
  follow();
  const bool enough = std::exchange(result_.enough, false);
  if (enough) command_.until = {};
  return enough;
}

Result Background::end(int signal) {
  if (signal) kill(pid_, signal);
  follow();
  kill(-pid_, SIGKILL);  // the rest of its group too, which closes the pipes
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  while (out_ >= 0) read(out_, result_.out);
  while (err_ >= 0) read(err_, result_.err);
  close_all();
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

void Background::close_all() {
  for (int* fd : {&out_, &err_, &pid_fd_})
    if (*fd >= 0) close(std::exchange(*fd, -1));
}

Background::~Background() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_all();
}

Result run(const Command& command) { return Background(command).end(0); }

}  // namespace test
