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
/// Boost's own launcher forks, which copies the page tables of a large process, and tells Asio of it, in the child too, where that
/// allocates memory: an allocator that another thread had locked stays locked there (glibc's is made for it, AddressSanitizer's is
/// not), and the start never ends. This one uses vfork(2): nothing is copied, and the child tells its failure in the shared memory.
class Launcher : public boost::process::v2::posix::default_launcher {
 public:
  /// `initializers` are Boost's: process_stdio, process_environment, process_start_dir. Throws boost::system::system_error.
  template <class... Initializers>
  boost::process::v2::process start(const boost::asio::any_io_executor& executor, const boost::process::v2::filesystem::path& program,
                                    const std::vector<std::string>& args, Initializers&&... initializers) {
    namespace detail = boost::process::v2::posix::detail;
    const char* const* argv = build_argv_(program, args);
    if (const auto error = detail::on_setup(*this, program, argv, initializers...)) throw boost::system::system_error(error);
    const pid_t parent = getpid();
    volatile int cause = 0;
    const SignalsBlocked no_handler_runs_in_the_child;
    pid = vfork();
    if (pid == 0) {
      prepare_child(parent);
      const auto error = detail::on_exec_setup(*this, program, argv, initializers...);
      if (!error) execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(env));
      cause = error ? error.value() : errno;
      _exit(127);
    }
    if (pid < 0) throw boost::system::system_error(errno, boost::system::system_category());
    if (cause != 0) {
      waitpid(pid, nullptr, 0);
      throw boost::system::system_error(cause, boost::system::system_category());
    }
    return boost::process::v2::process(executor, pid);
  }

 private:
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

  /// Between vfork and exec: only what is safe there.
  static void prepare_child(pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it died before the line above
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
};

}  // namespace harness
