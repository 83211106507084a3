#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "testrun/testrun.h"

namespace harness::testrun {

/// A location as files on this machine.
struct Place {
  std::filesystem::path root;  ///< where the steps of its definitions run
  std::string commit,
      ref;            ///< what is checked out there; ref is a branch or tag, "" where a commit was asked for
  std::string shown;  ///< for messages
  std::string repository = {};            ///< a git location's URL
  std::vector<std::string> remarks = {};  ///< what is to be said of it
};

/// A definition and where it was found.
struct Found {
  TestDefinition definition;
  std::shared_ptr<const Place> place;
};

/// The TestDefinitions that a Testrun may name.
class Catalog {
 public:
  /// What it looks for and where it keeps it.
  struct Folders {
    std::filesystem::path project;    ///< its tests/testdefs/ are found in every run
    std::filesystem::path cache;      ///< of git locations: one bare repository for each
    std::filesystem::path checkouts;  ///< of this run
  };
  /// Reads `.test-defs/` of every location, and `tests/testdefs/` of the project. What is wrong with them is
  /// in problems(); throws Error (kUsage) where a location cannot be had.
  Catalog(const Testrun& run, const Folders& folders, std::stop_token stop);

  /// The one of this name; null where there is none. The location set's wins over the project's own.
  const Found* by_name(const std::string& set, const std::string& name) const;
  /// Those whose labels fulfil the expression, by name. Throws Error (kUsage) where it cannot be read.
  std::vector<const Found*> by_label(const std::string& set, const std::string& expression) const;
  std::vector<std::string> names(const std::string& set) const;
  std::vector<std::string> labels(const std::string& set) const;

  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  using Definitions = std::map<std::string, Found>;
  void read_folder(const std::filesystem::path& folder, const std::shared_ptr<const Place>& place,
                   Definitions& into);
  /// Those of the set, then those that only the project has.
  Definitions all_of(const std::string& set) const;

  std::map<std::string, Definitions> sets_;
  Definitions project_;
  std::vector<std::string> problems_, remarks_;
};

/// Where a local location lies, with what git knows of it.
Place local_place(const std::filesystem::path& root, std::stop_token stop);

/// Of the git checkout in which `root` is: whence it was cloned; "" where nobody knows.
std::string origin_url(const std::filesystem::path& root);

/// Fetches a git location's revision into `cache` (git_cache.h) and checks it out into a folder below
/// `checkouts`, with its submodules and theirs, without LFS's files, filters and hooks. Nothing else is
/// touched, whatever the environment says. Throws Error with git's own words: kUsage where the location has
/// no such revision, kCluster where it cannot be fetched.
Place git_place(const Location& location, const std::filesystem::path& cache,
                const std::filesystem::path& checkouts, std::stop_token stop);

}  // namespace harness::testrun
