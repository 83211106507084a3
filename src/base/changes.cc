#include "base/changes.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>

#include "base/error.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr uint32_t kEvents =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

}  // namespace

Changes::Changes(fs::path root, Ignored ignored, const Seen& seen)
    : root_(std::move(root)), ignored_(std::move(ignored)), fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (fd_ < 0)
    throw Error(
        "files cannot be watched: no inotify instance is free",
        {.hint = "raise the limit: sysctl fs.inotify.max_user_instances=1024", .exit_code = kCluster});
  watch("", seen);
}

Changes::~Changes() { close(fd_); }

void Changes::watch(const std::string& folder, const Seen& seen) {
  const int descriptor = inotify_add_watch(fd_, (root_ / folder).c_str(), kEvents);
  if (descriptor < 0 && errno == ENOSPC)
    throw Error(
        "files cannot be watched: all inotify watches are in use",
        {.hint = "raise the limit: sysctl fs.inotify.max_user_watches=524288", .exit_code = kCluster});
  if (descriptor < 0) return;  // gone meanwhile
  folders_[descriptor] = folder;
  std::error_code gone;
  for (fs::directory_iterator entry(root_ / folder, gone), end; !gone && entry != end;
       entry.increment(gone)) {
    const auto path = (fs::path(folder) / entry->path().filename()).string();
    if (seen) seen(path);
    if (entry->is_directory(gone) && !entry->is_symlink(gone) && !ignored_(path, true)) watch(path, seen);
  }
}

std::set<std::string> Changes::take() {
  std::set<std::string> changed;
  alignas(inotify_event) std::array<char, 65536> buffer;
  for (ssize_t size; (size = read(fd_, buffer.data(), buffer.size())) > 0;)
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      at += sizeof event + event.len;
      if (event.mask & IN_Q_OVERFLOW) {
        changed.emplace();
        watch("", {});  // folders may have come
        continue;
      }
      if (event.mask & IN_IGNORED) folders_.erase(event.wd);
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end() || event.len == 0) continue;
      const auto path = (fs::path(folder->second) / event.name).string();
      const bool is_folder = event.mask & IN_ISDIR;
      if (ignored_(path, is_folder)) continue;
      if (is_folder && event.mask & (IN_CREATE | IN_MOVED_TO)) watch(path, {});
      changed.insert(path);
    }
  return changed;
}

}  // namespace harness
