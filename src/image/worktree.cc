#include "image/worktree.h"

#include <git2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "image/git_worktree.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Repository = std::unique_ptr<git_repository, Freer<git_repository, git_repository_free>>;
using Index = std::unique_ptr<git_index, Freer<git_index, git_index_free>>;
using Odb = std::unique_ptr<git_odb, Freer<git_odb, git_odb_free>>;
using Config = std::unique_ptr<git_config, Freer<git_config, git_config_free>>;

constexpr std::string_view kEmptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// Something that this library does not know: git may.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check(int result) {
  if (result >= 0) return;
  const git_error* error = git_error_last();
  throw Unreadable(error && error->message ? error->message : "unknown error");
}

struct Library {
  Library() {
    git_libgit2_init();
    // A checkout of another owner is read like any other folder: nothing in it is run.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // These change neither the index nor what is ignored.
    std::array<const char*, 5> extensions{"noop", "partialclone", "preciousobjects", "worktreeconfig",
                                          "relativeworktrees"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
  }
  ~Library() { git_libgit2_shutdown(); }
};

bool earlier(const git_index_time& a, const timespec& b) {
  const auto seconds = static_cast<int32_t>(b.tv_sec);
  return a.seconds < seconds || (a.seconds == seconds && a.nanoseconds < b.tv_nsec);
}

bool equal(const git_index_time& a, const timespec& b) {
  return a.seconds == static_cast<int32_t>(b.tv_sec) && a.nanoseconds == b.tv_nsec;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : path.substr(0, slash);
}

/// The file as stat(2) sees it; git replaces its index by renaming.
struct FileStatus {
  explicit FileStatus(const std::string& file) {
    if (stat(file.c_str(), &status) != 0) status = {};
  }
  FileStatus() = default;
  bool operator==(const FileStatus& other) const {
    return status.st_ino == other.status.st_ino && status.st_size == other.status.st_size &&
           same_time(status.st_mtim, other.status.st_mtim) && same_time(status.st_ctim, other.status.st_ctim);
  }
  struct stat status {};
};

/// Whether files may differ from what git stores of them (line ends, LFS).
bool converts(git_repository* repository, const std::string& root) {
  git_config* raw = nullptr;
  check(git_repository_config_snapshot(&raw, repository));
  const Config config(raw);
  const char* value = nullptr;
  if (git_config_get_string(&value, raw, "core.autocrlf") == 0 && std::string_view(value) != "false")
    return true;
  if (git_config_get_string(&value, raw, "core.attributesfile") == 0) return true;
  const char* home = std::getenv("HOME");
  const char* xdg = std::getenv("XDG_CONFIG_HOME");
  for (const auto& file :
       {fs::path(git_repository_commondir(repository)) / "info/attributes", fs::path(root) / ".gitattributes",
        fs::path("/etc/gitattributes"),
        xdg ? fs::path(xdg) / "git/attributes" : fs::path(home ? home : "") / ".config/git/attributes"})
    if (fs::exists(file)) return true;
  return false;
}

/// Whether the environment names files of settings, which the library does not look at.
bool environment_has_settings() {
  for (const char* name : {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})
    if (const char* value = std::getenv(name); value && *value) return true;
  return false;
}

/// Whether there are settings that the library does not look at: these, and config.worktree.
bool has_other_settings(git_repository* repository) {
  if (environment_has_settings()) return true;
  const std::string file = std::string(git_repository_path(repository)) + "config.worktree";
  git_config* raw = nullptr;
  if (!fs::exists(file) || git_config_open_ondisk(&raw, file.c_str()) < 0) return fs::exists(file);
  const Config config(raw);
  for (const char* name : {"core.bare", "core.worktree", "core.excludesfile", "core.attributesfile",
                           "core.autocrlf", "core.eol", "core.ignorecase", "core.filemode", "core.symlinks"})
    if (const char* value = nullptr; git_config_get_string(&value, raw, name) != GIT_ENOTFOUND) return true;
  return false;
}

/// Read by libgit2.
class LibraryWorktree : public Worktree {
 public:
  struct State;
  static Shared open(const fs::path& folder, Search search, const std::vector<Shared>& known,
                     bool& has_others_settings);

  explicit LibraryWorktree(std::unique_ptr<State> state);
  ~LibraryWorktree() override;
  const std::string& root() const override;
  bool tracks(const std::string& path) const override;
  std::string known_id(const std::string& path, const struct stat& status) const override;
  std::vector<bool> ignored(const std::vector<Entry>& entries) const override;
  bool is_current() const;

 private:
  std::unique_ptr<State> state_;
};

/// Of this process, by root: a run asks for the hashes of many images, several times, and reading a large
/// index takes longer than the rest.
class Memory {
 public:
  using Kept = std::shared_ptr<const LibraryWorktree>;
  /// That of the nearest folder with a `.git`, without opening it again.
  Kept find(fs::path folder, Worktree::Search search) {
    for (std::error_code none; !fs::exists(folder / ".git", none);) {
      if (search == Worktree::Search::here || folder == folder.parent_path()) return nullptr;
      folder = folder.parent_path();
    }
    const std::lock_guard lock(mutex_);
    const auto found = read_.find((folder / "").string());
    return found == read_.end() ? nullptr : found->second;
  }
  void keep(const Kept& worktree) {
    const std::lock_guard lock(mutex_);
    read_[worktree->root()] = worktree;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Kept> read_;
};

Memory& memory() {
  static Memory memory;
  return memory;
}

struct LibraryWorktree::State {
  std::string root;
  Repository repository;
  Index index;
  Odb odb;  ///< only where files are converted
  std::string index_file;
  FileStatus file;              ///< the index, as it was read
  bool has_attributes = false;  ///< it knows a .gitattributes
  std::unordered_map<std::string_view, std::vector<const git_index_entry*>>
      folders;               ///< with the files in each, sorted
  mutable std::mutex mutex;  ///< libgit2 wants a repository to be used by one thread at a time

  void read_index() {
    std::string_view last;
    auto* files = &folders[last];
    for (size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
      const auto* entry = git_index_get_byindex(index.get(), i);
      const auto folder = folder_of(entry->path);
      if (folder != last) {
        files = &folders[last = folder];
        for (auto above = folder; !above.empty() && folders.try_emplace(above = folder_of(above)).second;)
          continue;
      }
      files->push_back(entry);
      has_attributes = has_attributes || std::string_view(entry->path).ends_with("/.gitattributes");
    }
  }
  bool converts_files() const {
    const std::lock_guard lock(mutex);
    return has_attributes || converts(repository.get(), root);
  }
  bool is_current() const { return file == FileStatus(index_file) && (odb != nullptr) == converts_files(); }
  const git_index_entry* find(std::string_view path) const {
    const auto folder = folders.find(folder_of(path));
    if (folder == folders.end()) return nullptr;
    const auto& files = folder->second;
    const auto found = std::lower_bound(files.begin(), files.end(), path,
                                        [](const auto* entry, auto wanted) { return entry->path < wanted; });
    return found != files.end() && (*found)->path == path ? *found : nullptr;
  }
};

LibraryWorktree::LibraryWorktree(std::unique_ptr<State> state) : state_(std::move(state)) {}
LibraryWorktree::~LibraryWorktree() = default;

Worktree::Shared LibraryWorktree::open(const fs::path& folder, Search search,
                                       const std::vector<Shared>& known, bool& has_others_settings) {
  git_repository* repository = nullptr;
  const unsigned flags =
      search == Search::here ? GIT_REPOSITORY_OPEN_NO_SEARCH : GIT_REPOSITORY_OPEN_CROSS_FS;
  const int found = git_repository_open_ext(&repository, folder.c_str(), flags, nullptr);
  if (found == GIT_ENOTFOUND) return nullptr;
  check(found);
  auto state = std::make_unique<State>();
  state->repository.reset(repository);
  has_others_settings = has_other_settings(repository);
  if (has_others_settings || !git_repository_workdir(repository)) return nullptr;
  state->root = git_repository_workdir(repository);
  for (const auto& other : known)
    if (other->root() == state->root) return other;
  state->index_file = std::string(git_repository_path(repository)) + "index";
  do {  // until the file is the one that was read
    git_index* index = nullptr;
    state->index.reset();
    state->file = FileStatus(state->index_file);
    check(git_index_open(&index, state->index_file.c_str()));
    state->index.reset(index);
  } while (!(state->file == FileStatus(state->index_file)));

  state->read_index();
  if (state->converts_files()) {
    git_odb* odb = nullptr;
    check(git_repository_odb(&odb, repository));
    state->odb.reset(odb);
  }
  const auto worktree = std::make_shared<const LibraryWorktree>(std::move(state));
  memory().keep(worktree);
  return worktree;
}

const std::string& LibraryWorktree::root() const { return state_->root; }

bool LibraryWorktree::is_current() const { return state_->is_current(); }

bool LibraryWorktree::tracks(const std::string& path) const {
  return state_->folders.contains(path) || state_->find(path);
}

std::string LibraryWorktree::known_id(const std::string& path, const struct stat& status) const {
  const auto* found = state_->find(path);
  if (!found) return "";
  const git_index_entry& entry = *found;
  // A file that was written when the index was, or after it, may have changed again within the same tick of
  // the clock ("racily clean").
  const bool same = GIT_INDEX_ENTRY_STAGE(&entry) == 0 &&
                    (entry.flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) == 0 &&
                    (entry.mode & S_IFMT) == (status.st_mode & S_IFMT) &&
                    entry.file_size == static_cast<uint32_t>(status.st_size) &&
                    entry.ino == static_cast<uint32_t>(status.st_ino) && equal(entry.mtime, status.st_mtim) &&
                    equal(entry.ctime, status.st_ctim) && earlier(entry.mtime, state_->file.status.st_mtim);
  if (!same) return "";
  std::string id(GIT_OID_HEXSZ, '0');
  git_oid_fmt(id.data(), &entry.id);
  // git notes the size 0 where it knows of such a change.
  if (entry.file_size == 0 && id != kEmptyBlob) return "";
  if (state_->odb) {
    size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, state_->odb.get(), &entry.id) < 0 ||
        size != static_cast<size_t>(status.st_size))
      return "";
  }
  return id;
}

std::vector<bool> LibraryWorktree::ignored(const std::vector<Entry>& entries) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<bool> answers;
  for (const auto& [path, folder] : entries) {
    int is_ignored = 0;
    try {
      check(git_ignore_path_is_ignored(&is_ignored, state_->repository.get(),
                                       (folder ? path + "/" : path).c_str()));
    } catch (const Unreadable& e) {
      throw Error("git's files of " + state_->root + " cannot be read: " + e.what(),
                  {.hint = "check that `git status` works there", .exit_code = kBuild});
    }
    answers.push_back(is_ignored != 0);
  }
  return answers;
}

}  // namespace

Worktree::Shared Worktree::of(const fs::path& folder, Search search, const std::vector<Shared>& known) {
  static const Library library;
  bool has_others_settings = false;
  try {
    const auto before = environment_has_settings() ? nullptr : memory().find(folder, search);
    if (before && (std::find(known.begin(), known.end(), before) != known.end() || before->is_current()))
      return before;
    if (const auto found = LibraryWorktree::open(folder, search, known, has_others_settings);
        found || !has_others_settings)
      return found;
  } catch (const Unreadable& e) {
    return git_worktree(folder, search, known, e.what());
  }
  return git_worktree(folder, search, known, "settings that libgit2 does not read");
}

}  // namespace harness
