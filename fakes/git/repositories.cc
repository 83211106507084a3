#include "git/repositories.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "git/environment.h"
#include "git/repository_name.h"
#include "http/message.h"
#include "http/server.h"

namespace fakes::git {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDraft = ".new-";
constexpr const char* kReplaced = ".old-";
constexpr size_t kMostParts = 4;

bool is_repository(const fs::path& dir) {
  std::error_code ignored;
  return fs::is_directory(dir / ".git", ignored) ||
         (fs::exists(dir / "HEAD", ignored) && fs::is_directory(dir / "objects", ignored));
}

bool is_empty_folder(const fs::path& dir) {
  std::error_code error;
  return fs::is_directory(dir, error) && fs::is_empty(dir, error) && !error;
}

void delete_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) http::log_to_stderr("cannot remove " + path.string() + ": " + error.message());
}

void remove_leftovers(const fs::path& dir, size_t depth) {
  for (const auto& entry : fs::directory_iterator(dir)) {
    const std::string name = entry.path().filename();
    if (entry.is_symlink() || !entry.is_directory()) continue;
    if (name.starts_with(kDraft) || name.starts_with(kReplaced))
      delete_tree(entry.path());
    else if (depth < kMostParts && !is_repository(entry.path()))
      remove_leftovers(entry.path(), depth + 1);
  }
}

fs::path make_unique_folder(const fs::path& prefix) {
  std::string path = prefix.string() + "XXXXXX";
  if (!mkdtemp(path.data()))
    throw std::system_error(errno, std::generic_category(), "cannot make a folder at " + path);
  fs::permissions(path, fs::perms(0755));
  return path;
}

}  // namespace

Remains::~Remains() { delete_tree(dir_); }

Draft::~Draft() {
  delete_tree(work_tree_);
  delete_tree(home_);
  const std::lock_guard lock(repositories_.mutex_);
  std::error_code not_empty;
  for (auto dir = work_tree_.parent_path(); dir != repositories_.parent_ && fs::remove(dir, not_empty);
       dir = dir.parent_path()) {
  }
}

Repositories::Repositories(const fs::path& parent)
    : parent_(fs::weakly_canonical(fs::absolute(parent / "x")).parent_path()) {
  std::error_code error;
  fs::create_directories(parent_, error);
  lock_ = Fd(error ? -1 : open((parent_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock_.get() < 0)
    throw std::runtime_error("cannot write in " + parent_.string() + ": " +
                             (error ? error : std::error_code(errno, std::generic_category())).message() +
                             "; -git-repos-parent-dir names another folder");
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("another fakegitserver uses " + parent_.string() +
                             "; -git-repos-parent-dir names another folder");
  remove_leftovers(parent_, 1);
}

std::optional<Repositories::Found> Repositories::find(const std::string& path) {
  auto parts = parts_of(path);
  const std::lock_guard lock(mutex_);
  for (size_t count = std::min(parts.size(), kMostParts); count > 0; --count) {
    std::string name = parts[0], rest;
    for (size_t i = 1; i < count; ++i) name += "/" + parts[i];
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    if (!name_problem(name).empty()) continue;
    const auto place = place_of(name);
    if (!is_repository(place)) continue;
    for (size_t i = count; i < parts.size(); ++i) rest += "/" + parts[i];
    auto repository = served_[name].lock();
    if (!repository) served_[name] = repository = std::make_shared<Repository>(place);
    return Found{std::move(repository), rest};
  }
  return {};
}

fs::path Repositories::place_of(const std::string& name) const {
  const fs::path bare = parent_ / (name + ".git");
  return !is_repository(bare) && is_repository(parent_ / name) ? parent_ / name : bare;
}

void Repositories::check_place(const std::string& name, bool overwrite) const {
  const auto parts = parts_of(name);
  std::string outer;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    outer += (i == 0 ? "" : "/") + parts[i];
    const bool is_file = fs::exists(parent_ / outer) && !fs::is_directory(parent_ / outer);
    if (is_file || is_repository(place_of(outer)))
      throw http::HttpError(
          409, "\"" + name + "\" would lie inside the repository \"" + outer + "\"; choose another name");
  }
  const auto place = place_of(name);
  for (const auto& dir : {parent_ / name, place})
    if (!is_repository(dir) && fs::exists(dir) && !is_empty_folder(dir))
      throw http::HttpError(409, "\"" + name + "\" is a folder of other repositories; choose another name");
  if (is_repository(place) && !overwrite)
    throw http::HttpError(409, "the repository \"" + name + "\" exists; \"overwrite\": true replaces it");
}

std::unique_ptr<Draft> Repositories::begin(const std::string& name, bool overwrite) {
  std::unique_ptr<Draft> draft(new Draft(*this, name));
  const auto folder = (parent_ / name).parent_path();
  const std::lock_guard lock(mutex_);
  check_place(name, overwrite);
  fs::create_directories(folder);
  draft->work_tree_ = make_unique_folder(folder / kDraft);
  draft->home_ = make_unique_folder(folder / kDraft);
  return draft;
}

void Repositories::publish(const Draft& draft, bool overwrite) {
  const fs::path from = draft.work_tree_ / ".git";
  const fs::path remains =
      draft.work_tree_.string().replace(draft.work_tree_.string().rfind(kDraft), 5, kReplaced);
  std::shared_ptr<Repository> user;  // let go after the lock
  const std::lock_guard lock(mutex_);
  if (!fs::exists(from))
    throw http::HttpError(409, "all repositories were removed while \"" + draft.name_ + "\" was set up");
  check_place(draft.name_, overwrite);
  const fs::path to = place_of(draft.name_);
  if (!is_repository(to)) {
    std::error_code ignored;
    fs::remove(to, ignored);  // an empty folder
    fs::rename(from, to);
    return;
  }
  replace(from, to, remains);
  if (user = served_[draft.name_].lock(); user)
    user->remains_.push_back(std::make_shared<const Remains>(remains));
  else
    fs::rename(remains, from);  // goes with the draft, when nobody waits
  served_.erase(draft.name_);
}

void Repositories::make_empty(const std::string& name, const std::string& head) {
  if (const auto problem = name_problem(name); !problem.empty())
    throw http::HttpError(404, "\"" + name + "\" cannot be a repository's name: " + problem);
  const auto draft = begin(name, true);
  const auto dir = draft->work_tree_ / ".git";
  for (const char* folder : {"objects/info", "objects/pack", "refs/heads", "refs/tags", "hooks", "info"})
    fs::create_directories(dir / folder);
  std::ofstream(dir / "HEAD") << "ref: refs/heads/" << head << "\n";
  std::ofstream(dir / "config") << "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
                                << served_config_text();
  try {
    publish(*draft, false);
  } catch (const http::HttpError&) {
    if (!find(name)) throw;  // else somebody else has made it meanwhile
  }
}

void Repositories::clear() {
  std::vector<std::shared_ptr<const Remains>> all;  // let go after the lock, as are the users
  std::vector<std::shared_ptr<Repository>> users;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : fs::directory_iterator(parent_)) {
    if (entry.path().filename().string().starts_with('.')) continue;
    const auto place = make_unique_folder(parent_ / kReplaced);
    fs::rename(entry.path(), place / "it");
    all.push_back(std::make_shared<const Remains>(place));
  }
  for (const auto& [name, served] : served_) {
    const auto user = served.lock();
    if (!user) continue;
    users.push_back(user);
    user->remains_.insert(user->remains_.end(), all.begin(), all.end());
  }
  served_.clear();
}

void Repositories::replace(const fs::path& from, const fs::path& to, const fs::path& remains) const {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    fs::rename(from, remains);
    return;
  }
  // A file system that cannot exchange: `find` sees no gap, it waits for the lock.
  fs::rename(to, remains);
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return;
  fs::rename(remains, to);
  throw std::system_error(error, "cannot replace " + to.string());
}

}  // namespace fakes::git
