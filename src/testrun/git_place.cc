#include <fmt/format.h>
#include <re2/re2.h>

#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "testrun/git_cache.h"
#include "testrun/git_command.h"
#include "testrun/git_remote.h"
#include "testrun/locations.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// Deeper than anybody nests repositories.
constexpr int kDeepest = 20;

/// Has its own index, refs and files, and the cache's objects. Its origin is the location's, for who fetches
/// from there.
OwnRepository make_checkout(const Remote& remote, const Resolved& resolved, const fs::path& root,
                            std::stop_token stop) {
  const OwnRepository checkout(root / ".git", root);
  const auto& cache = resolved.repository;
  const auto doing = "cannot check out " + remote.url();
  checkout.init(resolved.format, stop);
  create_folders(checkout.git_dir() / "objects/info");
  write_file_atomically(checkout.git_dir() / "objects/info/alternates",
                        (cache.git_dir() / "objects").string() + "\n");
  if (fs::exists(cache.git_dir() / "shallow"))
    fs::copy_file(cache.git_dir() / "shallow", checkout.git_dir() / "shallow");
  std::string packed;
  for (auto line :
       split(cache.checked({"for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"},
                           doing, stop),
             '\n')) {
    RE2::Replace(&line, " refs/heads/", " refs/remotes/origin/");
    if (!line.empty()) packed += line + "\n";
  }
  write_file_atomically(checkout.git_dir() / "packed-refs", packed);
  checkout.checked({"config", "remote.origin.url", remote.url()}, doing, stop);
  checkout.checked({"config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"}, doing, stop);
  checkout.checked({"checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", resolved.commit},
                   doing, stop);
  return checkout;
}

struct Submodule {
  std::string name, path, url, commit;
  bool wanted = true;  ///< not `update = none`
};

/// What the index of a checkout has as one, with what .gitmodules of that commit says of it.
std::vector<Submodule> submodules_of(const OwnRepository& checkout, const std::string& commit,
                                     std::stop_token stop) {
  std::map<std::string, Submodule> by_path;
  for (const auto& entry :
       split(checkout.checked({"ls-files", "--stage", "-z"}, "cannot read an index", stop), '\0'))
    if (std::string id, path; RE2::FullMatch(entry, "160000 ([0-9a-f]+) 0\t((?s:.*))", &id, &path))
      by_path[path] = {.path = path, .commit = id};
  if (by_path.empty()) return {};
  std::map<std::string, std::map<std::string, std::string>> said;  // name -> key -> value
  const auto listed = checkout.git({"config", "--blob", commit + ":.gitmodules", "-z", "--get-regexp",
                                    R"(^submodule\..*\.(path|url|update)$)"},
                                   stop);
  for (const auto& entry : split(listed.out, '\0'))
    if (std::string name, key, value;
        RE2::FullMatch(entry, R"((?s)submodule\.(.*)\.(path|url|update)\n(.*))", &name, &key, &value))
      said[name][key] = value;
  for (auto& [name, keys] : said) {
    const auto found = by_path.find(keys["path"]);
    if (found == by_path.end()) continue;
    found->second.name = name;
    found->second.url = keys["url"];
    found->second.wanted = keys["update"] != "none";
  }
  std::vector<Submodule> all;
  for (auto& [path, one] : by_path) all.push_back(std::move(one));
  return all;
}

void check_out(const Remote& remote, const Resolved& resolved, const fs::path& root, const fs::path& cache,
               int depth, std::stop_token stop);

void add_submodule(const Remote& parent, const OwnRepository& checkout, const fs::path& root,
                   const Submodule& submodule, const fs::path& cache, int depth, std::stop_token stop) {
  const auto place = root / submodule.path;
  const std::string what = fmt::format("submodule {} of {}", submodule.path, parent.url());
  if (submodule.url.empty()) throw Error(what + ": .gitmodules has no URL for it", {.exit_code = kUsage});
  if (depth == kDeepest)
    throw Error(fmt::format("{}: submodules are nested more than {} deep", what, kDeepest),
                {.exit_code = kUsage});
  // git has made an empty folder for it; no link on the way leads elsewhere.
  if (fs::canonical(root) / fs::path(submodule.path).lexically_normal() != fs::weakly_canonical(place) ||
      fs::is_symlink(place))
    throw Error(what + ": its path leads out of the checkout", {.exit_code = kUsage});
  try {
    const auto remote = parent.submodule(submodule.url);
    check_out(remote, resolve(remote, submodule.commit, cache, stop), place, cache, depth + 1, stop);
    checkout.checked({"config", "submodule." + submodule.name + ".url", remote.url()}, what, stop);
    checkout.checked({"config", "submodule." + submodule.name + ".active", "true"}, what, stop);
  } catch (const Error& e) {
    throw Error(what + ": " + e.what(), e.details);
  }
}

void check_out(const Remote& remote, const Resolved& resolved, const fs::path& root, const fs::path& cache,
               int depth, std::stop_token stop) {
  create_folders(root);
  const auto checkout = make_checkout(remote, resolved, root, stop);
  for (const auto& submodule : submodules_of(checkout, resolved.commit, stop))
    if (submodule.wanted) add_submodule(remote, checkout, root, submodule, cache, depth, stop);
}

}  // namespace

Place local_place(const fs::path& root, std::stop_token stop) {
  return {.root = root,
          .commit = asked_line(root, {"rev-parse", "--verify", "--quiet", "HEAD"}, stop),
          .ref = asked_line(root, {"symbolic-ref", "--quiet", "--short", "HEAD"}, stop),
          .shown = root.string()};
}

std::string origin_url(const fs::path& root) {
  return asked_line(root, {"config", "--get", "remote.origin.url"}, {});
}

Place git_place(const Location& location, const fs::path& cache, const fs::path& checkouts,
                std::stop_token stop) {
  const Remote remote(location.repo);
  auto resolved = resolve(remote, location.revision, cache, stop);
  const auto root = checkouts / sha256_hex(remote.url() + "\n" + resolved.commit).substr(0, 16);
  if (!fs::exists(root)) check_out(remote, resolved, root, cache, 0, stop);
  return {.root = root,
          .commit = resolved.commit,
          .ref = is_commit_id(location.revision) ? "" : location.revision,
          .shown = location.shown(),
          .repository = location.repo,
          .remarks = std::move(resolved.remarks)};
}

}  // namespace harness::testrun
