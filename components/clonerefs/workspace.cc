#include "workspace.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "failure.h"

namespace clonerefs {

namespace fs = std::filesystem;

Workspace::Workspace(const fs::path& dir) try : dir_(fs::absolute(dir).lexically_normal()) {
  if (!dir_.has_filename()) dir_ = dir_.parent_path();  // "x/"
  kept_ = dir_;
  while (!fs::exists(kept_)) kept_ = kept_.parent_path();
  if (fs::exists(dir_) && !fs::is_directory(dir_))
    throw Failure("-dir " + dir.string() + " is not a folder", "choose another -dir");
  if (fs::exists(dir_) && !fs::is_empty(dir_))
    throw Failure(fmt::format("-dir {} is not empty: it has {}", dir.string(),
                              fs::directory_iterator(dir_)->path().filename().string()),
                  "empty it, or choose another -dir");
  fs::create_directories(dir_);
} catch (const fs::filesystem_error& e) {
  throw Failure("-dir " + dir.string() + ": " + e.code().message(), "choose a -dir that can be written");
}

void Workspace::remove() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(dir_, error)) {
    fs::remove_all(entry.path(), error);
    if (error)
      std::cerr << "warning: cannot remove " << entry.path().string() << ": " << error.message() << std::endl;
  }
  for (fs::path made = dir_; made != kept_; made = made.parent_path())
    if (!fs::remove(made, error)) break;  // someone else put something there
}

int Workspace::run(const std::function<int()>& work) {
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&awaited, number);
  signal(SIGCHLD, SIG_DFL);
  sigprocmask(SIG_BLOCK, &awaited, nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    remove();
    throw Failure(fmt::format("cannot start a process: {}", std::strerror(errno)),
                  "the machine may be out of memory or processes");
  }
  if (child == 0) {  // the signals stay blocked: the parent decides
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return getppid() == parent ? work() : kFailed;
  }
  int interrupted = 0, status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    const int number = sigwaitinfo(&awaited, nullptr);
    if (number < 0 || number == SIGCHLD) continue;
    interrupted = number;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    break;
  }
  if (!interrupted && WIFEXITED(status) && WEXITSTATUS(status) == kDone) return kDone;
  remove();
  if (interrupted)
    std::cerr << fmt::format("interrupted (signal {}): nothing was left in {}", interrupted, dir_.string())
              << std::endl;
  if (interrupted) return 128 + interrupted;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::cerr << fmt::format(
                   "error: killed by signal {} while it worked\nnext: give it more memory if this was the "
                   "kernel's doing (signal 9)",
                   WTERMSIG(status))
            << std::endl;
  return kFailed;
}

}  // namespace clonerefs
