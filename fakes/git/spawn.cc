#include "git/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <system_error>

namespace fakes::git {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe");
    out = Fd(ends[0]);
    in = Fd(ends[1]);
  }
  Fd out, in;
};

/// A copy that is none of the numbers the child uses.
Fd above_standard(const Fd& fd) {
  const int copy = fcntl(fd.get(), F_DUPFD_CLOEXEC, 10);
  if (copy < 0) fail("cannot copy a file descriptor");
  return Fd(copy);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const auto& one : strings) list.push_back(const_cast<char*>(one.c_str()));
  list.push_back(nullptr);
  return list;
}

/// What the child needs, made before the fork: between fork and exec nothing may allocate.
struct Plan {
  const char* path;
  const char* dir;
  char** args;
  char** env;
  int in, out, error, report;  ///< above 9
  pid_t parent;
};

[[noreturn]] void become(const Plan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(127);  // it died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
  dup2(plan.in, 0);
  dup2(plan.out, 1);
  if (plan.error >= 0) dup2(plan.error, 2);
  dup2(plan.report, 3);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  close_range(4, ~0U, 0);  // clients' sockets among them: a child would keep them open
  if (chdir(plan.dir) == 0) execve(plan.path, plan.args, plan.env);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(3, &error, sizeof error);
  _exit(127);
}

}  // namespace

Spawned spawn(const Program& program) {
  std::vector<std::string> all_args = program.args;
  all_args.insert(all_args.begin(), program.path);
  auto args = pointers(all_args), env = pointers(program.env);
  Pipe input, output, report;
  const Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null.get() < 0) fail("cannot open /dev/null");
  const Fd in = above_standard(program.input ? input.out : null), out = above_standard(output.in);
  report.in = above_standard(report.in);
  const Plan plan{.path = program.path.c_str(),
                  .dir = program.dir.c_str(),
                  .args = args.data(),
                  .env = env.data(),
                  .in = in.get(),
                  .out = out.get(),
                  .error = program.merge_errors ? out.get() : -1,
                  .report = report.in.get(),
                  .parent = getpid()};
  // The child has this process's memory until it becomes the program: no page table is copied while others
  // are served.
  const pid_t pid = vfork();
  if (pid < 0) fail("cannot start a process");
  if (pid == 0) become(plan);
  setpgid(pid, pid);  // the child does it too; whoever is first
  report.in = Fd();
  int error = 0;
  ssize_t size = 0;
  do size = ::read(report.out.get(), &error, sizeof error);
  while (size < 0 && errno == EINTR);
  if (size == sizeof error) {
    waitpid(pid, nullptr, 0);
    throw std::system_error(error, std::generic_category(),
                            "cannot run " + program.path + " in " + program.dir);
  }
  Spawned spawned;
  spawned.pid = pid;
  if (program.input) spawned.input = std::move(input.in);
  spawned.output = std::move(output.out);
  return spawned;
}

}  // namespace fakes::git
