#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace harness {

/// The whole file. Throws std::runtime_error with the path and the system's reason.
std::string read_file(const std::filesystem::path& path);
/// Its last `bytes`, "... (cut)" before them where there are more; empty where there is no such file.
std::string end_of_file(const std::filesystem::path& path, size_t bytes);
/// Writes to a file beside it, NAME.new-XXXXXX, then renames: a reader sees the old or the new, whole.
/// Without `mode` it is that of mode_in.
void write_file_atomically(const std::filesystem::path& path, const std::string& content,
                           std::optional<mode_t> mode = {});
/// Removes from `folder` the files that write_file_atomically had not renamed when its process was killed.
void remove_unfinished_files(const std::filesystem::path& folder);

/// What everybody may do with a file that is made in `folder` (which may be missing): what the umask leaves,
/// and no more than with the folder. So all is private in a private one, and elsewhere as the user wants it.
mode_t mode_in(const std::filesystem::path& folder);
/// Makes `folder` and those on the way where they are missing, each by the same rule.
void create_folders(const std::filesystem::path& folder);
/// As `create_folders`, and takes from others what they may do with `folder` itself, whatever the umask.
void create_private_folder(const std::filesystem::path& folder);
/// Takes from others what they may do with `folder` and with all in it that is this user's. What links lead
/// to is left alone.
void make_private(const std::filesystem::path& folder);

/// A folder under $TMPDIR (or where it is told to be), mode 0700, removed with all in it by the destructor.
class TempDir {
 public:
  TempDir();
  /// This very folder; what a process that was killed left in it is removed first.
  explicit TempDir(std::filesystem::path path);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An exclusive flock(2) on `path`, made when missing; released by the destructor and by the death of the
/// process. The file holds the owner's pid, its command line and since when, for messages; a moment later
/// than the lock.
class FileLock {
 public:
  /// Nothing when another process holds it; `*holder` then says who.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path, std::string* holder);
  /// Whether a process has the lock; nothing is made or written.
  static bool is_held(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace harness
