#include "base/temporary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/error.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr size_t kLongestSocket = 107;
/// "/harness-api-PID-RANDOM" and the socket's own name.
constexpr size_t kBelow = 13 + 10 + 10 + 16;
const std::string kPrefix = "harness-api-";

/// "harness-api-PID-XXXXXX" of this user's whose process is gone.
void remove_left(const fs::path& parent) {
  std::error_code ignored;
  std::vector<fs::path> left;
  for (const auto& entry :
       fs::directory_iterator(parent, fs::directory_options::skip_permission_denied, ignored)) {
    const auto name = entry.path().filename().string();
    struct stat status {};
    if (!name.starts_with(kPrefix) || lstat(entry.path().c_str(), &status) != 0 ||
        status.st_uid != geteuid() || !S_ISDIR(status.st_mode))
      continue;
    const auto pid = std::atoi(name.c_str() + kPrefix.size());
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) left.push_back(entry.path());
  }
  for (const auto& folder : left) fs::remove_all(folder, ignored);
}

/// Tried by a file without a name, of which nothing is left, whenever this process is killed. 0, or errno.
int why_not_writable(const fs::path& folder) {
  const int fd = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0) return close(fd), 0;
  if (errno != EOPNOTSUPP && errno != EISDIR) return errno;
  // A file system that has no such files (open(2)).
  auto pattern = (folder / "harness-XXXXXX").string();
  if (!mkdtemp(pattern.data())) return errno;
  rmdir(pattern.c_str());
  return 0;
}

/// Whose name nobody else has.
std::string unique_name(const std::string& prefix) {
  static std::atomic<unsigned> count = 0;
  return fmt::format("{}{}-{:x}", prefix, getpid(), std::random_device{}() ^ ++count);
}

}  // namespace

void settle_temporary_folder() {
  const auto given = environment_variable("TMPDIR");
  std::error_code error;
  const auto folder = given.empty() ? fs::path("/tmp") : fs::absolute(given, error);
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("TMPDIR is {}, where nothing can be written: {}",
                            given.empty() ? folder.string() : given, why),
                {.hint = "set TMPDIR to a folder that you can write, or unset it", .exit_code = kUsage});
  };
  if (const int cause = why_not_writable(folder)) refuse(std::strerror(cause));
  if (given != folder.string()) setenv("TMPDIR", folder.c_str(), 1);
}

fs::path socket_folder() {
  const auto usual = fs::temp_directory_path();
  if (usual.string().size() + kBelow <= kLongestSocket) return usual / unique_name("harness-");
  for (const auto& parent : {environment_variable("XDG_RUNTIME_DIR"), std::string("/tmp"),
                             std::string("/var/tmp"), std::string("/dev/shm")}) {
    if (!fs::path(parent).is_absolute() || parent.size() + kBelow > kLongestSocket ||
        access(parent.c_str(), W_OK | X_OK) != 0)
      continue;
    remove_left(parent);
    return fs::path(parent) / unique_name(kPrefix);
  }
  throw Error("there is no folder with a short path for sockets: TMPDIR has " +
                  std::to_string(usual.string().size()) + " bytes",
              {.hint = "set XDG_RUNTIME_DIR to a folder that you can write, or TMPDIR to a shorter one",
               .exit_code = kCluster});
}

}  // namespace harness
