#include "base/files.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <pwd.h>
#include <re2/re2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/secrets.h"
#include "base/text.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

std::string user_name(uid_t uid) {
  const auto* entry = getpwuid(uid);
  return entry ? entry->pw_name : std::to_string(uid);
}

/// "; DIR belongs to root ...", where the nearest of `path` and its folders that is there is another user's:
/// as what a run by sudo leaves.
std::string whose(fs::path path) {
  struct stat status {};
  for (; lstat(path.empty() ? "." : path.c_str(), &status) != 0; path = path.parent_path())
    if (path == path.parent_path()) return "";
  if (status.st_uid == geteuid()) return "";
  const auto shown = path.empty() ? std::string(".") : path.string();
  return fmt::format("; {} belongs to {}: sudo chown -R {} {} gives it to you", shown,
                     user_name(status.st_uid), user_name(geteuid()), shell_quoted({shown}));
}

[[noreturn]] void fail(const fs::path& path) {
  const int cause = errno;
  throw std::runtime_error(path.string() + ": " + std::generic_category().message(cause) +
                           (cause == EACCES || cause == EPERM ? whose(path) : ""));
}

/// Of the process; read before there are other threads, since that changes it for a moment.
const mode_t kUmask = [] {
  const mode_t mask = umask(077);
  umask(mask);
  return mask;
}();

constexpr auto kOfOthers = fs::perms::group_all | fs::perms::others_all;

void take_from_others(const fs::path& path) {
  std::error_code ignored;  // it is gone, or another user's
  const auto may = fs::status(path, ignored).permissions() & kOfOthers;
  if (!ignored && may != fs::perms::none) fs::permissions(path, kOfOthers, fs::perm_options::remove, ignored);
}

/// The mode bits of a folder; 0 where there is none.
mode_t mode_of(const fs::path& folder) {
  struct stat status {};
  return stat(folder.empty() ? "." : folder.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

struct Descriptor {
  int fd;
  ~Descriptor() { close(fd); }
};

/// "./harness -all", of this process.
std::string command_line() {
  auto args = split(read_file("/proc/self/cmdline"), '\0');
  args.pop_back();  // each ends with a zero byte
  return shown_command(args);
}

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) fail(path);
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
}

/// A file beside `path`, mode 0600, locked as long as it is written: what has no lock was left behind.
class Unfinished {
 public:
  explicit Unfinished(const fs::path& path) {
    struct stat status {};
    do {  // anew where it was taken for one that was left behind, before it had its lock
      if (fd_ >= 0) close(fd_);
      path_ = path.string() + ".new-XXXXXX";
      fd_ = mkostemp(path_.data(), O_CLOEXEC);
      if (fd_ < 0) fail(path);
      flock(fd_, LOCK_EX);  // a file system without locks does without
    } while (fstat(fd_, &status) == 0 && status.st_nlink == 0);
  }
  ~Unfinished() { close(fd_); }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

 private:
  int fd_ = -1;
  std::string path_;
};

}  // namespace

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) {
    if (fs::is_directory(path)) errno = EISDIR;
    fail(path);
  }
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::string end_of_file(const fs::path& path, size_t bytes) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || fs::is_directory(path)) return "";
  const auto size = static_cast<size_t>(in.tellg());
  std::string text(std::min(size, bytes), '\0');
  in.seekg(static_cast<std::streamoff>(size - text.size()));
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return size > bytes ? "... (cut)\n" + text : text;
}

mode_t mode_in(const fs::path& folder) { return 0600 | (0666 & ~kUmask & mode_of(folder)); }

void create_folders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  create_folders(folder.parent_path());
  // Another run may make it at the same moment. Where it is no folder, what is written there says so.
  if (mkdir(folder.c_str(), 0700 | mode_of(folder.parent_path())) != 0 && errno != EEXIST) fail(folder);
}

void create_private_folder(const fs::path& folder) {
  create_folders(folder);
  take_from_others(folder);
}

void make_private(const fs::path& folder) {
  take_from_others(folder);
  std::error_code ended;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, ended),
       end;
       !ended && entry != end; entry.increment(ended)) {
    std::error_code ignored;
    if (!entry->is_symlink(ignored)) take_from_others(entry->path());
  }
}

void write_file_atomically(const fs::path& path, const std::string& content, std::optional<mode_t> given) {
  const mode_t mode = given.value_or(mode_in(path.parent_path()));
  const Unfinished file(path);
  try {
    write_all(file.fd(), content, path);
    if (mode != 0600 && fchmod(file.fd(), mode) != 0) fail(path);
    if (rename(file.path().c_str(), path.c_str()) != 0) fail(path);
  } catch (...) {
    unlink(file.path().c_str());
    throw;
  }
}

void remove_unfinished_files(const fs::path& folder) {
  static const RE2 name(R"(.*\.new-[A-Za-z0-9]{6})");
  std::error_code gone;
  for (fs::directory_iterator entry(folder, gone), end; !gone && entry != end; entry.increment(gone)) {
    if (!RE2::FullMatch(entry->path().filename().string(), name)) continue;
    const int fd = open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) continue;
    const Descriptor closed_at_the_end{fd};
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) unlink(entry->path().c_str());
  }
}

TempDir::TempDir() {
  std::string pattern = (fs::temp_directory_path() / "harness-XXXXXX").string();
  if (!mkdtemp(pattern.data())) fail(pattern);
  path_ = pattern;
}

TempDir::TempDir(fs::path path) : path_(std::move(path)) {
  fs::remove_all(path_);
  if (mkdir(path_.c_str(), 0700) != 0) fail(path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::optional<FileLock> FileLock::try_lock(const fs::path& path, std::string* holder) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) fail(path);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    *holder = read_file(path);
    close(fd);
    return std::nullopt;
  }
  if (ftruncate(fd, 0) != 0) fail(path);
  write_all(fd,
            fmt::format("process {} ({}) since {:%Y-%m-%d %H:%M:%S}", getpid(), command_line(),
                        fmt::localtime(std::time(nullptr))),
            path);
  return FileLock(fd);
}

bool FileLock::is_held(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return held;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace harness
