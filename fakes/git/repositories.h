#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "git/spawn.h"

namespace fakes::git {

/// A folder that nothing leads to any more: deleted with its last user.
class Remains {
 public:
  explicit Remains(std::filesystem::path dir) : dir_(std::move(dir)) {}
  ~Remains();
  Remains(const Remains&) = delete;
  Remains& operator=(const Remains&) = delete;

 private:
  std::filesystem::path dir_;
};

/// A repository on disk, as long as somebody serves it: one that was replaced meanwhile is deleted with its
/// last user.
class Repository {
 public:
  explicit Repository(std::filesystem::path dir) : dir_(std::move(dir)) {}
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  const std::filesystem::path& dir() const { return dir_; }

 private:
  friend class Repositories;
  std::filesystem::path dir_;
  std::vector<std::shared_ptr<const Remains>> remains_;  ///< what must not be deleted while this is served
};

class Repositories;

/// A repository that is being set up: a work tree beside its final place, under a name that no repository can
/// have, and a home folder for its script. Both are deleted at the end, as are folders that were made for
/// them and stayed empty.
class Draft {
 public:
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::filesystem::path& work_tree() const { return work_tree_; }
  const std::filesystem::path& home() const { return home_; }

 private:
  friend class Repositories;
  Draft(Repositories& repositories, std::string name) : repositories_(repositories), name_(std::move(name)) {}
  Repositories& repositories_;
  std::string name_;
  std::filesystem::path work_tree_, home_;
};

/// The repositories of one folder: `org1/repo4` is the bare repository PARENT/org1/repo4.git. One that was
/// put there by hand may be PARENT/org1/repo4 as well. Thread-safe.
class Repositories {
 public:
  /// Makes the folder where it is missing, and removes what a killed server left half done. Throws
  /// std::runtime_error when it cannot be used or another server uses it.
  explicit Repositories(const std::filesystem::path& parent);

  struct Found {
    std::shared_ptr<Repository> repository;
    std::string rest;  ///< of the path: "/info/refs", or ""
  };
  /// The repository at the beginning of `path` ("org1/repo4/info/refs"); `.git` after its name makes no
  /// difference.
  std::optional<Found> find(const std::string& path);

  /// Begins a repository. Throws HttpError (409) where its name is taken and not to be overwritten, lies
  /// inside another repository, or is a folder of others.
  std::unique_ptr<Draft> begin(const std::string& name, bool overwrite);

  /// Makes the `.git` folder of the draft's work tree the repository, at once and whole; one that is there is
  /// replaced. Throws as `begin` does.
  void publish(const Draft& draft, bool overwrite);

  /// Makes the empty bare repository `name` with the branch `head`, where there is none. Throws as `begin`
  /// does.
  void make_empty(const std::string& name, const std::string& head);

  /// Removes every repository; whoever is served one still gets all of it.
  void clear();

 private:
  friend class Draft;
  std::filesystem::path place_of(const std::string& name) const;
  void check_place(const std::string& name, bool overwrite) const;
  void replace(const std::filesystem::path& from, const std::filesystem::path& to,
               const std::filesystem::path& remains) const;

  const std::filesystem::path parent_;
  Fd lock_;
  std::mutex mutex_;  ///< held while names are looked up or change, never while anything runs
  std::map<std::string, std::weak_ptr<Repository>> served_;
};

}  // namespace fakes::git
