#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "git/child.h"

namespace fakes::git {

/// A file descriptor that is closed at the end.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Spawned {
  pid_t pid = 0;
  Fd input;   ///< the program's standard input, if it has one
  Fd output;  ///< its standard output
};

/// Starts a program in a process group of its own; it dies with this process. Throws std::system_error.
/// To be called on a thread that lives as long as the process serves: the kernel ends the program when that
/// thread ends.
Spawned spawn(const Program& program);

}  // namespace fakes::git
