#include "image/folder_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "base/hash.h"
#include "base/threads.h"
#include "image/steady_file.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

std::string below(const std::string& folder, const std::string& entry) {
  return folder.empty() ? entry : folder + "/" + entry;
}

std::string line(const std::string& name, const std::string& mode, const std::string& id) {
  return name + '\0' + mode + " " + id;
}

std::string link(const std::string& name, const fs::path& path) {
  const std::string text = fs::read_symlink(path).string();
  Sha1 hash;
  hash.update("blob " + std::to_string(text.size()) + '\0' + text);
  return line(name, "120000", hash.hex());
}

/// As git stores it, or in a build context as docker sends it.
std::string mode_of(const struct stat& status, bool in_context) {
  if (in_context) return fmt::format("{:o}", status.st_mode);
  return (status.st_mode & S_IXUSR) != 0 ? "100755" : "100644";
}

std::string read(const std::string& name, const fs::path& path, bool in_context) {
  std::string mode;
  std::optional<Sha1> hash;
  read_steadily(
      path,
      [&](const struct stat& status) {
        mode = mode_of(status, in_context);
        hash.emplace().update("blob " + std::to_string(status.st_size) + '\0');
      },
      [&](std::string_view piece) { hash->update(piece); });
  return line(name, mode, hash->hex());
}

/// Whether git has named it after what it holds: a loose object, a pack. Its size tells whether it is whole.
bool is_git_object(const std::string& path) {
  const auto objects = ("/" + path).rfind("/.git/objects/");
  return objects != std::string::npos && ("/" + path).find("/.git/objects/info/") == std::string::npos;
}

[[noreturn]] void fail(const std::string& path) {
  throw Error("cannot read " + path + ": " + std::generic_category().message(errno), {.exit_code = kBuild});
}

/// Those that git ignores and does not know. One question a folder: it may be a process.
std::set<std::string> ignored_in(const FolderWalk::Folder& folder, const std::vector<std::string>& names,
                                 const std::set<std::string>& folders) {
  if (!folder.worktree || folder.with_ignored) return {};
  std::vector<std::string> asked;
  std::vector<Worktree::Entry> entries;
  for (const auto& name : names) {
    auto inside = below(folder.inside, name);
    if (name == ".git" || folder.worktree->tracks(inside)) continue;
    asked.push_back(name);
    entries.push_back({std::move(inside), folders.contains(name)});
  }
  if (entries.empty()) return {};
  const auto answers = folder.worktree->ignored(entries);
  std::set<std::string> ignored;
  for (size_t i = 0; i < asked.size(); ++i)
    if (answers[i]) ignored.insert(asked[i]);
  return ignored;
}

/// In a build context git decides nothing: one that cannot be read is read file by file.
Worktree::Shared nested_worktree(const FolderWalk::Folder& folder) try {
  return Worktree::of(folder.path, Worktree::Search::here);
} catch (const Error&) {
  if (!folder.rules) throw;
  return nullptr;
}

}  // namespace

FolderWalk::FolderWalk(std::stop_token stop) : stop_(std::move(stop)) {}

void FolderWalk::add_link(const std::string& name, const fs::path& path) {
  files_.push_back(link(name, path));
}

void FolderWalk::add_file(const std::string& name, const fs::path& path, const Worktree* worktree,
                          const std::string& inside) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) fail(path);
  const auto id = worktree ? worktree->known_id(inside, status) : "";
  files_.push_back(id.empty() ? read(name, path, false) : line(name, mode_of(status, false), id));
}

void FolderWalk::add_folder(Folder folder) { waiting_.push_back(std::move(folder)); }

FolderWalk::Files FolderWalk::finish() {
  std::sort(files_.begin(), files_.end());
  run_on_threads(std::clamp(std::thread::hardware_concurrency(), 1u, 8u), [this] { work(); });
  if (failure_) std::rethrow_exception(failure_);
  if (stop_.stop_requested()) throw Cancelled();
  files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
  add_folders_left_out();
  return std::move(files_);
}

void FolderWalk::add_folders_left_out() {
  Files sent;
  for (auto& folder : left_out_) {
    const auto below = folder.substr(0, folder.find('\0')) + "/";
    const auto found = std::lower_bound(files_.begin(), files_.end(), below);
    if (found != files_.end() && found->starts_with(below)) sent.push_back(std::move(folder));
  }
  files_.insert(files_.end(), sent.begin(), sent.end());
  std::sort(files_.begin(), files_.end());
}

void FolderWalk::work() {
  Files files;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !waiting_.empty() || busy_ == 0; });
    if (waiting_.empty() || failure_ || stop_.stop_requested()) break;
    Folder folder = std::move(waiting_.back());
    waiting_.pop_back();
    ++busy_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      visit(std::move(folder), files);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --busy_;
    if (failure && !failure_) failure_ = failure;
    if (busy_ == 0) changed_.notify_all();
  }
  lock.unlock();
  std::sort(files.begin(), files.end());
  lock.lock();
  const auto middle = static_cast<Files::difference_type>(files_.size());
  files_.insert(files_.end(), std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
  std::inplace_merge(files_.begin(), files_.begin() + middle, files_.end());
}

void FolderWalk::visit(Folder folder, Files& files) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(folder.path.c_str()), closedir);
  if (!stream && errno == ENOENT) return;  // gone since it was seen
  if (!stream) fail(folder.path);
  std::vector<std::string> names;
  std::set<std::string> folders;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    names.emplace_back(name);
    if (entry->d_type == DT_DIR || (entry->d_type == DT_UNKNOWN &&
                                    fs::is_directory(fs::symlink_status(folder.path + "/" + names.back()))))
      folders.insert(names.back());
  }

  const bool is_root = folder.worktree && folder.inside.empty();
  if (!is_root && std::find(names.begin(), names.end(), ".git") != names.end())
    if (auto nested = nested_worktree(folder)) {
      folder.worktree = std::move(nested);
      folder.inside.clear();
      folder.with_ignored = folder.rules != nullptr;
    }
  const auto ignored = ignored_in(folder, names, folders);
  for (const auto& name : names) {
    if (stop_.stop_requested()) return;
    if (folder.rules ||
        (name != ".git" && !ignored.contains(name) && (name != ".harness" || !folder.name.empty())))
      enter(folder, dirfd(stream.get()), name, files);
  }
}

void FolderWalk::enter(const Folder& parent, int descriptor, const std::string& entry, Files& files) {
  struct stat status;
  if (fstatat(descriptor, entry.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return;
    fail(parent.path + "/" + entry);
  }
  const bool folder = S_ISDIR(status.st_mode), regular = S_ISREG(status.st_mode);
  if (!folder && !regular && !S_ISLNK(status.st_mode)) return;
  const Worktree* worktree = parent.worktree.get();
  const auto& rules = parent.rules;
  const std::string name = below(parent.name, entry), inside = below(parent.inside, entry),
                    path = parent.path + "/" + entry;
  const std::string in_context = rules ? below(parent.in_context, entry) : "";
  Dockerignore::Matched matched;
  if (rules && path == rules->never) return;
  const bool excluded = rules && rules->ignore.excludes(in_context, parent.matched, matched);
  if (excluded && (!folder || !rules->enters(in_context))) return;
  if (regular && worktree)
    if (const auto id = worktree->known_id(inside, status); !id.empty()) {
      files.push_back(line(name, mode_of(status, rules != nullptr), id));
      return;
    }
  if (regular && rules && is_git_object(in_context)) {
    files.push_back(line(name, mode_of(status, true), std::to_string(status.st_size)));
    return;
  }
  if (folder) {
    const auto as_line = rules ? line(name, mode_of(status, true), "") : "";
    if (rules && !excluded) files.push_back(as_line);
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(
          {path, name, parent.worktree, inside, parent.with_ignored, rules, in_context, std::move(matched)});
      if (excluded && rules->buildkit) left_out_.push_back(as_line);
    }
    changed_.notify_one();
    return;
  }
  try {
    files.push_back(regular ? read(name, path, rules != nullptr) : link(name, path));
  } catch (const std::runtime_error&) {
    if (fs::exists(fs::symlink_status(path))) throw;  // else an editor's temporary file, say
  }
}

}  // namespace harness
