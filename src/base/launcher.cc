#include "base/launcher.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace harness {

namespace {

[[noreturn]] void fail(int cause) { throw std::system_error(cause, std::generic_category()); }

/// A descriptor above those that the child gets, so that none of them is overwritten before it was copied.
class High {
 public:
  explicit High(int fd) : fd_(fd < 0 ? open_null() : fcntl(fd, F_DUPFD_CLOEXEC, 3)) {
    if (fd_ < 0) fail(errno);
  }
  ~High() { close(fd_); }
  High(const High&) = delete;
  High& operator=(const High&) = delete;
  int fd() const { return fd_; }

 private:
  static int open_null() {
    const int low = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (low < 0 || low > 2) return low;
    const int high = fcntl(low, F_DUPFD_CLOEXEC, 3);
    close(low);
    return high;
  }
  int fd_;
};

struct SignalsBlocked {
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  sigset_t before;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<char*> places_of_pid(std::vector<std::string>& args) {
  std::vector<char*> places;
  for (auto& arg : args)
    for (auto at = arg.find(kOwnPid); at != std::string::npos; at = arg.find(kOwnPid, at + kOwnPid.size()))
      places.push_back(arg.data() + at);
  return places;
}

/// In the child, whose memory is the parent's: digits, then slashes, of which a path may have several.
void write_pid(char* place) {
  char* end = place;
  for (pid_t rest = getpid(); rest > 0; rest /= 10) *end++ = static_cast<char>('0' + rest % 10);
  std::reverse(place, end);
  std::fill(end, place + kOwnPid.size(), '/');
}

/// All that the child needs, made before it is there.
struct Prepared {
  explicit Prepared(const Launch& what)
      : program(what.program.c_str()),
        dir(what.dir.empty() ? nullptr : what.dir.c_str()),
        arguments(what.args),
        pids(places_of_pid(arguments)),
        args(pointers(arguments)),
        env(pointers(what.env)),
        in(what.in),
        out(what.out),
        err(what.err) {}
  const char* program;
  const char* dir;
  std::vector<std::string> arguments;
  std::vector<char*> pids, args, env;
  High in, out, err;
  pid_t parent = getpid();
};

/// Between vfork and exec: only what is safe there. Returns errno.
int become(const Prepared& what) {
  for (char* place : what.pids) write_pid(place);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != what.parent) _exit(127);  // it died before the line above
  const std::array stdio{what.in.fd(), what.out.fd(), what.err.fd()};
  for (int number = 0; number < 3; ++number)
    if (dup2(stdio[static_cast<size_t>(number)], number) < 0) return errno;
  close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ, SIGCHLD})
    signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (what.dir && chdir(what.dir) != 0) return errno;
  execve(what.program, what.args.data(), what.env.data());
  return errno;
}

}  // namespace

pid_t launch(const Launch& what) {
  const Prepared prepared(what);
  volatile int cause = 0;
  const SignalsBlocked no_handler_runs_in_the_child;
  const pid_t pid = vfork();
  if (pid == 0) {
    cause = become(prepared);
    _exit(127);
  }
  if (pid < 0) fail(errno);
  if (cause == 0) return pid;
  waitpid(pid, nullptr, 0);
  fail(cause);
}

}  // namespace harness
