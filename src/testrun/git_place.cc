#include <fmt/format.h>
#include <re2/re2.h>

#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
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

/// A location as git is called for it: credentials of its URL go by the environment, which `ps` does not show, and git's own helpers do not keep them.
struct Remote {
  std::string url;
  std::map<std::string, std::string> env = kEnvironment;
};
Remote remote_of(const std::string& repo) {
  static const RE2 with_credentials("(?i)(https?://)([^/:]*):?([^/]*)@([^/@]*(?:/.*)?)");
  std::string scheme, user, password, rest;
  if (!RE2::FullMatch(repo, with_credentials, &scheme, &user, &password, &rest)) return {repo};
  Remote remote{scheme + rest};
  const char* before = std::getenv("GIT_CONFIG_COUNT");
  const int count = before ? std::atoi(before) : 0;
  const std::string helper = R"(!f() { test "$1" != get || printf 'username=%s\npassword=%s\n' "$HARNESS_GIT_USER" "$HARNESS_GIT_PASSWORD"; }; f)";
  remote.env["GIT_CONFIG_COUNT"] = std::to_string(count + 2);
  for (int i = 0; i < 2; ++i) {
    remote.env["GIT_CONFIG_KEY_" + std::to_string(count + i)] = "credential.helper";
    remote.env["GIT_CONFIG_VALUE_" + std::to_string(count + i)] = i == 0 ? "" : helper;  // the first forgets those before
  }
  remote.env["HARNESS_GIT_USER"] = percent_decoded(user);
  remote.env["HARNESS_GIT_PASSWORD"] = percent_decoded(password);
  return remote;
}

std::string first_line(const ProcessResult& result) { return result.ok() ? trim(result.out.substr(0, result.out.find('\n'))) : ""; }

bool is_commit_id(const std::string& text) { return RE2::FullMatch(text, "[0-9a-f]{40}"); }

/// What `revision` is in the bare repository once it was fetched: a commit, and the kind of ref that it came by.
std::string fetched(const Location& location, const Remote& remote, const fs::path& repository, std::stop_token stop) {
  const auto& revision = location.revision;
  const auto commit = [&](const std::string& name) { return first_line(git(repository, {"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"}, stop)); };
  if (is_commit_id(revision) && !commit(revision).empty()) return revision;
  // All refs: a commit that no server gives by itself is among what they reach.
  run_checked({.args = {"git", "-C", repository.string(), "fetch", "--quiet", "--force", "--prune", "--", remote.url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}, .env = remote.env},
              "cannot fetch " + remote.url, kCluster, stop);
  for (const auto& name : {"refs/tags/" + revision, "refs/heads/" + revision, revision})
    if (const auto id = commit(name); !id.empty()) return id;
  throw Error(fmt::format("{} has no tag, branch or commit \"{}\"", remote.url, revision), {.hint = shell_quoted({"git", "ls-remote", remote.url}) + " lists what it has", .exit_code = kUsage});
}

}  // namespace

Place local_place(const fs::path& root, std::stop_token stop) {
  return {.root = root, .commit = first_line(git(root, {"rev-parse", "--verify", "--quiet", "HEAD"}, stop)), .ref = first_line(git(root, {"symbolic-ref", "--quiet", "--short", "HEAD"}, stop)), .shown = root.string()};
}

std::string origin_url(const fs::path& root) { return first_line(git(root, {"config", "--get", "remote.origin.url"}, {})); }

Place git_place(const Location& location, const fs::path& cache, const fs::path& checkouts, std::stop_token stop) {
  const auto remote = remote_of(location.repo);
  const auto repository = cache / (sha256_hex(remote.url).substr(0, 16) + ".git");
  if (!fs::exists(repository / "HEAD")) {
    create_private_folder(cache.parent_path());
    create_private_folder(cache);
    run_checked({.args = {"git", "init", "--quiet", "--bare", "--shared=0600", "--", repository.string()}, .env = kEnvironment}, "cannot keep " + remote.url, kCluster, stop);
  }
  const auto commit = fetched(location, remote, repository, stop);
  const auto root = checkouts / sha256_hex(remote.url + "\n" + commit).substr(0, 16);
  if (!fs::exists(root)) {
    create_folders(checkouts);
    // It has its own index and files, and shares the cache's objects.
    run_checked({.args = {"git", "clone", "--quiet", "--shared", "--no-checkout", "--", repository.string(), root.string()}, .env = kEnvironment}, "cannot check out " + location.shown(), kCluster, stop);
    run_checked({.args = {"git", "-C", root.string(), "checkout", "--quiet", "--detach", commit}, .env = kEnvironment}, "cannot check out " + location.shown(), kCluster, stop);
  }
  return {.root = root, .commit = commit, .ref = is_commit_id(location.revision) ? "" : location.revision, .shown = location.shown(), .repository = location.repo};
}

}  // namespace harness::testrun
