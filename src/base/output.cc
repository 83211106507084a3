#include "base/output.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace harness {

namespace {

/// Of standard output, which a process has once. 0: none.
std::atomic<int> first_error = 0;

void note(int fd, int error) {
  const bool nobody_reads = error == EPIPE || error == EBADF;
  int none = 0;
  if (fd == STDOUT_FILENO && !nobody_reads) first_error.compare_exchange_strong(none, error);
}

}  // namespace

void put(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return note(fd, errno);
    }
  }
}

std::string lost_output() { return first_error == 0 ? "" : std::generic_category().message(first_error); }

}  // namespace harness
