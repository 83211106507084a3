#include "support/captured.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "support/files.h"

namespace {

/// A standard descriptor that leads elsewhere until the end of the scope.
class Redirected {
 public:
  Redirected(int standard, int to) : standard_(standard), kept_(fcntl(standard, F_DUPFD_CLOEXEC, 3)) {
    dup2(to, standard);
  }
  ~Redirected() {
    dup2(kept_, standard_);
    close(kept_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int standard_, kept_;
};

}  // namespace

Captured captured(const std::function<void()>& work) {
  const TempProject dir;
  fflush(stdout);
  {
    const int out = open((dir / "out").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    const int err = open((dir / "err").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    const Redirected to_out(STDOUT_FILENO, out), to_err(STDERR_FILENO, err);
    close(out);
    close(err);
    work();
  }
  return {harness::read_file(dir / "out"), harness::read_file(dir / "err")};
}

std::string captured_on_terminal(unsigned short rows, unsigned short columns,
                                 const std::function<void()>& work,
                                 const std::function<void(const std::string&)>& during) {
  int ours = -1, theirs = -1;
  const winsize size{rows, columns, 0, 0};
  if (openpty(&ours, &theirs, nullptr, nullptr, &size) != 0) throw std::runtime_error("no pseudo terminal");
  std::string text;
  std::jthread reader([&] {
    char piece[4096];
    for (ssize_t got; (got = read(ours, piece, sizeof piece)) > 0;) {
      text.append(piece, static_cast<size_t>(got));
      if (during) during(text);
    }
  });
  {
    const Redirected to_err(STDERR_FILENO, theirs);
    close(theirs);
    work();
  }
  reader.join();  // its read fails once nobody has the other end
  close(ours);
  return text;
}
