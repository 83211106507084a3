#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "testrun/locations.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// It asks nobody for a password: nobody may be there.
const std::map<std::string, std::string> kEnvironment{{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}};

ProcessResult git(const fs::path& dir, std::vector<std::string> args, std::stop_token stop) {
  args.insert(args.begin(), {"git", "-C", dir.string()});
  return run({.args = std::move(args), .env = kEnvironment}, std::move(stop));
}

std::string first_line(const ProcessResult& result) { return result.ok() ? trim(result.out.substr(0, result.out.find('\n'))) : ""; }

bool is_commit_id(const std::string& text) { return RE2::FullMatch(text, "[0-9a-f]{40}"); }

/// What `revision` is in the bare repository once it was fetched: a commit, and the kind of ref that it came by.
std::string fetched(const Location& location, const fs::path& repository, std::stop_token stop) {
  const auto& revision = location.revision;
  const auto commit = [&](const std::string& name) { return first_line(git(repository, {"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"}, stop)); };
  if (is_commit_id(revision) && !commit(revision).empty()) return revision;
  // All refs: a commit that no server gives by itself is among what they reach.
  run_checked({.args = {"git", "-C", repository.string(), "fetch", "--quiet", "--force", "--prune", "--", location.repo, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}, .env = kEnvironment},
              "cannot fetch " + location.repo, kUsage, stop);
  for (const auto& name : {"refs/tags/" + revision, "refs/heads/" + revision, revision})
    if (const auto id = commit(name); !id.empty()) return id;
  throw Error(fmt::format("{} has no tag, branch or commit \"{}\"", location.repo, revision), {.hint = "git ls-remote " + location.repo + " lists what it has"});
}

}  // namespace

Place local_place(const fs::path& root, std::stop_token stop) {
  return {.root = root, .commit = first_line(git(root, {"rev-parse", "--verify", "--quiet", "HEAD"}, stop)), .ref = first_line(git(root, {"symbolic-ref", "--quiet", "--short", "HEAD"}, stop)), .shown = root.string()};
}

Place git_place(const Location& location, const fs::path& cache, const fs::path& checkouts, std::stop_token stop) {
  const auto repository = cache / (sha256_hex(location.repo).substr(0, 16) + ".git");
  if (!fs::exists(repository / "HEAD")) {
    fs::create_directories(cache);
    run_checked({.args = {"git", "init", "--quiet", "--bare", "--", repository.string()}, .env = kEnvironment}, "cannot keep " + location.repo, kUsage, stop);
  }
  const auto commit = fetched(location, repository, stop);
  const auto root = checkouts / sha256_hex(location.repo + "\n" + commit).substr(0, 16);
  if (!fs::exists(root)) {
    fs::create_directories(checkouts);
    // It has its own index and files, and shares the cache's objects.
    run_checked({.args = {"git", "clone", "--quiet", "--shared", "--no-checkout", "--", repository.string(), root.string()}, .env = kEnvironment}, "cannot check out " + location.shown(), kUsage, stop);
    run_checked({.args = {"git", "-C", root.string(), "checkout", "--quiet", "--detach", commit}, .env = kEnvironment}, "cannot check out " + location.shown(), kUsage, stop);
  }
  return {.root = root, .commit = commit, .ref = is_commit_id(location.revision) ? "" : location.revision, .shown = location.shown()};
}

}  // namespace harness::testrun
