#pragma once

#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

namespace harness {

/// A key is read as it is pressed, and not shown.
class Keys {
 public:
  Keys() : there_(isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!there_) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  ~Keys() {
    if (there_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  int descriptor() const { return there_ ? STDIN_FILENO : -1; }  ///< poll(2) passes over -1
  char take() {
    char key = 0;
    if (read(STDIN_FILENO, &key, 1) == 1) return key;
    there_ = false;  // the terminal is gone
    return 0;
  }

 private:
  termios before_{};
  bool there_;
};

/// Wakes poll(2), from any thread.
class Signal {
 public:
  ~Signal() { close(fd_); }
  int descriptor() const { return fd_; }
  void raise() const { eventfd_write(fd_, 1); }
  void clear() const {
    eventfd_t ignored;
    eventfd_read(fd_, &ignored);
  }

 private:
  const int fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

}  // namespace harness
