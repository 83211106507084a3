#pragma once

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <string>
#include <vector>

namespace harness {

/// Starts a program in a process group of its own, with default signal handling and nothing open but 0 to 2. It dies with the
/// thread that started it.
///
/// Boost's own launcher tells Asio of the fork, in the child too, where that allocates memory: an allocator that another
/// thread had locked stays locked there (glibc's is made for it, AddressSanitizer's is not), and the start never ends.
class Launcher : public boost::process::v2::posix::default_launcher {
 public:
  /// `initializers` are Boost's: process_stdio, process_environment, process_start_dir. Throws boost::system::system_error.
  template <class... Initializers>
  boost::process::v2::process start(const boost::asio::any_io_executor& executor, const boost::process::v2::filesystem::path& program,
                                    const std::vector<std::string>& args, Initializers&&... initializers) {
    namespace detail = boost::process::v2::posix::detail;
    const char* const* argv = build_argv_(program, args);
    auto error = detail::on_setup(*this, program, argv, initializers...);
    int failure[2];  // the child writes why it could not become the program
    if (!error && pipe2(failure, O_CLOEXEC) != 0) error = last_error();
    if (error) throw boost::system::system_error(error);
    const pid_t parent = getpid();
    pid = fork();
    if (pid == 0) {
      prepare_child(parent);
      error = detail::on_exec_setup(*this, program, argv, initializers...);
      if (!error) execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(env));
      const int cause = error ? error.value() : errno;
      _exit(write(failure[1], &cause, sizeof cause) > 0 ? 127 : 126);
    }
    if (pid < 0) error = last_error();
    close(failure[1]);
    int cause = 0;
    while (read(failure[0], &cause, sizeof cause) < 0 && errno == EINTR) continue;
    close(failure[0]);
    if (cause != 0) {
      waitpid(pid, nullptr, 0);
      error.assign(cause, boost::system::system_category());
    }
    if (error) throw boost::system::system_error(error);
    return boost::process::v2::process(executor, pid);
  }

 private:
  static boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

  /// Between fork and exec: only what is safe there.
  static void prepare_child(pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it died before the line above
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) signal(number, SIG_DFL);
  }
};

}  // namespace harness
