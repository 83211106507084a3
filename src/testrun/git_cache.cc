#include "testrun/git_cache.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/pause.h"
#include "base/text.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kBetweenTries{50};
const std::string kAsked = "refs/harness/asked";

FileLock lock(const fs::path& file, std::stop_token stop) {
  for (std::string holder;;) {
    if (auto lock = FileLock::try_lock(file, &holder)) return std::move(*lock);
    if (pause_for(kBetweenTries, stop)) throw Cancelled();
  }
}

/// What a git that was killed had in its hands; nobody else has, as the lock is ours.
void remove_locks(const fs::path& repository) {
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(repository))
    if (entry.path().extension() == ".lock") left.push_back(entry.path());
  if (fs::is_directory(repository / "refs"))
    for (const auto& entry : fs::recursive_directory_iterator(repository / "refs"))
      if (entry.path().extension() == ".lock") left.push_back(entry.path());
  if (fs::is_directory(repository / "objects/pack"))
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack"))
      if (entry.path().filename().string().starts_with("tmp_")) left.push_back(entry.path());
  for (const auto& file : left) fs::remove(file);
}

/// The copies of one remote: KEY.git, KEY.2.git, ...; the last one counts.
class Copies {
 public:
  Copies(const Remote& remote, const fs::path& cache)
      : remote_(remote), base_(cache / sha256_hex(remote.url()).substr(0, 16)) {}

  fs::path lock_file() const { return base_.string() + ".lock"; }

  std::optional<OwnRepository> last() const {
    int n = 1;
    while (fs::exists(path(n + 1))) ++n;
    return fs::exists(path(n)) ? std::optional<OwnRepository>(path(n)) : std::nullopt;
  }

  /// Empty, of the remote's format, which only the length of its ids tells.
  OwnRepository make(std::stop_token stop) const {
    int n = 1;
    while (fs::exists(path(n))) ++n;
    const fs::path unfinished = base_.string() + ".new";
    const OwnRepository made(unfinished);
    const auto begin = [&](const std::string& format) {
      fs::remove_all(unfinished);
      made.init(format, stop);
    };
    try {
      begin("sha1");
      if (RE2::PartialMatch(remote_.checked(made, {"ls-remote", "--quiet"}, {}, stop), "(?m)^[0-9a-f]{64}\t"))
        begin("sha256");
    } catch (...) {
      std::error_code ignored;
      fs::remove_all(unfinished, ignored);
      throw;
    }
    fs::rename(unfinished, path(n));
    return OwnRepository(path(n));
  }

 private:
  fs::path path(int n) const { return base_.string() + (n == 1 ? ".git" : fmt::format(".{}.git", n)); }

  const Remote& remote_;
  const fs::path base_;
};

std::string commit_of(const OwnRepository& repository, const std::string& id, std::stop_token stop) {
  return repository.line({"rev-parse", "--verify", "--quiet", "--end-of-options", id + "^{commit}"},
                         std::move(stop));
}

/// The commit that a ref of this very name leads to; "" where there is none.
std::string commit_at(const OwnRepository& repository, const std::string& ref, std::stop_token stop) {
  const auto id = repository.line({"show-ref", "--verify", "--hash", "--", ref}, stop);
  return id.empty() ? "" : commit_of(repository, id, stop);
}

std::vector<std::string> fetch_args() {
  return {"fetch",
          "--progress",
          "--force",
          "--prune",
          "--no-tags",
          "--no-write-fetch-head",
          "--update-shallow",
          "--no-recurse-submodules"};
}

/// All branches and tags: a commit that no server gives by itself is among what they reach.
std::vector<std::string> refs_for(const std::string& revision) {
  std::vector<std::string> refs{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"};
  if (revision == "HEAD" || revision.starts_with("refs/")) refs.push_back("+" + revision + ":" + kAsked);
  return refs;
}

/// What is fetched; where that fails although the remote answers, into another copy.
OwnRepository fetch(const Remote& remote, const Copies& copies, const std::string& revision,
                    std::vector<std::string>& remarks, std::stop_token stop) {
  const auto there = copies.last();
  const auto into = there ? *there : copies.make(stop);
  remove_locks(into.git_dir());
  const auto result = remote.git(into, fetch_args(), refs_for(revision), stop);
  if (result.ok()) return into;
  const auto refuse = [&] {
    fail_with_gits_words("cannot fetch " + remote.url(), {"git", "fetch", remote.url()}, result, kCluster);
  };
  if (!there ||
      !remote
           .git(into, {"ls-remote", "--quiet", "--exit-code"},
                refs_for(revision).size() > 2 ? std::vector{revision} : std::vector<std::string>{}, stop)
           .ok())
    refuse();
  const auto another = copies.make(stop);
  remote.checked(another, fetch_args(), refs_for(revision), stop);
  remarks.push_back(fmt::format("the copy of {} in {} could not be used any more: another one was made",
                                remote.url(), into.git_dir().string()));
  return another;
}

/// What `revision` is once all was fetched; "" where it is nothing.
std::string look_up(const OwnRepository& repository, const std::string& revision, const Remote& remote,
                    std::vector<std::string>& remarks, std::stop_token stop) {
  if (revision == "HEAD" || revision.starts_with("refs/")) return commit_at(repository, kAsked, stop);
  if (repository.git({"check-ref-format", "refs/tags/" + revision}, stop).ok()) {
    const auto tag = commit_at(repository, "refs/tags/" + revision, stop),
               branch = commit_at(repository, "refs/heads/" + revision, stop);
    if (!tag.empty() && !branch.empty() && tag != branch)
      remarks.push_back(fmt::format(
          "warning: {} has a tag and a branch \"{}\": the tag is meant; refs/heads/{} is the branch",
          remote.url(), revision, revision));
    if (!tag.empty() || !branch.empty()) return tag.empty() ? branch : tag;
  }
  if (!RE2::FullMatch(revision, "[0-9a-f]{7,64}")) return "";
  if (const auto commit = commit_of(repository, revision, stop); !commit.empty() || !is_commit_id(revision))
    return commit;
  // Many servers give a commit by its id alone.
  const auto result = remote.git(repository,
                                 {"fetch", "--progress", "--no-tags", "--no-write-fetch-head",
                                  "--update-shallow", "--no-recurse-submodules"},
                                 {revision}, stop);
  return result.ok() ? commit_of(repository, revision, stop) : "";
}

}  // namespace

bool is_commit_id(const std::string& text) { return RE2::FullMatch(text, "[0-9a-f]{40}|[0-9a-f]{64}"); }

Resolved resolve(const Remote& remote, const std::string& revision, const fs::path& cache,
                 std::stop_token stop) {
  create_private_folder(cache.parent_path());
  create_private_folder(cache);
  const Copies copies(remote, cache);
  const auto ours = lock(copies.lock_file(), stop);
  const auto format_of = [&](const OwnRepository& repository) {
    const auto format = repository.line({"rev-parse", "--show-object-format"}, stop);
    return format == "sha256" ? format : std::string("sha1");
  };
  if (const auto there = copies.last();
      there && is_commit_id(revision) && commit_of(*there, revision, stop) == revision)
    return {*there, format_of(*there), revision};
  std::vector<std::string> remarks;
  const auto repository = fetch(remote, copies, revision, remarks, stop);
  const auto commit = look_up(repository, revision, remote, remarks, stop);
  if (commit.empty())
    throw Error(fmt::format("{} has no tag, branch or commit \"{}\"", remote.url(), revision),
                {.hint = shell_quoted({"git", "ls-remote", remote.url()}) + " lists what it has",
                 .exit_code = kUsage});
  return {repository, format_of(repository), commit, std::move(remarks)};
}

}  // namespace harness::testrun
