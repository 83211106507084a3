#include "image/steady_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.h"

namespace harness {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw Error("cannot read " + file.string() + ": " + std::generic_category().message(errno),
              {.exit_code = kBuild});
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : file_(file), fd_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) fail(file_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { close(fd_); }

  struct stat status() const {
    struct stat status;
    if (fstat(fd_, &status) != 0) fail(file_);
    return status;
  }
  std::string_view next() {
    ssize_t size = 0;
    while ((size = read(fd_, buffer_.data(), buffer_.size())) < 0)
      if (errno != EINTR) fail(file_);
    return {buffer_.data(), static_cast<size_t>(size)};
  }

 private:
  const std::filesystem::path& file_;
  int fd_;
  std::vector<char> buffer_ = std::vector<char>(1 << 17);
};

/// A file that was replaced lost a name, which sets its ctime too.
bool same(const struct stat& a, const struct stat& b) {
  const auto equal = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_size == b.st_size && a.st_mode == b.st_mode && equal(a.st_mtim, b.st_mtim) &&
         equal(a.st_ctim, b.st_ctim);
}

}  // namespace

void read_steadily(const std::filesystem::path& file, const std::function<void(const struct stat&)>& begin,
                   const std::function<void(std::string_view)>& piece) {
  for (const auto pause : {0, 50, 200, 800}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
    Reader reader(file);
    const auto before = reader.status();
    begin(before);
    off_t size = 0;
    for (std::string_view part; !(part = reader.next()).empty() && size <= before.st_size;
         size += static_cast<off_t>(part.size()))
      piece(part);
    if (size == before.st_size && same(before, reader.status())) return;
  }
  throw Error(file.string() + " changes while it is read",
              {.hint = "wait for what writes it, or stop it", .exit_code = kBuild});
}

}  // namespace harness
