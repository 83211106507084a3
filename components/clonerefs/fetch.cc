#include "fetch.h"

#include <fmt/format.h>

#include <vector>

#include "failure.h"

namespace clonerefs {

namespace {

class Refspecs {
 public:
  explicit Refspecs(std::vector<std::string> specs) : specs_(std::move(specs)) {
    for (auto& spec : specs_) pointers_.push_back(spec.data());
    array_ = {pointers_.data(), pointers_.size()};
  }
  const git_strarray* array() const { return &array_; }

 private:
  std::vector<std::string> specs_;
  std::vector<char*> pointers_;
  git_strarray array_;
};

git_fetch_options options(git_remote_autotag_option_t tags) {
  git_fetch_options o = GIT_FETCH_OPTIONS_INIT;
  o.download_tags = tags;
  o.update_fetchhead = 0;
  o.proxy_opts.type = GIT_PROXY_AUTO;
  return o;
}

Remote origin(git_repository* repo, const std::string& url) {
  Remote remote;
  int result = git_remote_lookup(out(remote), repo, "origin");
  if (result == GIT_ENOTFOUND) result = git_remote_create(out(remote), repo, "origin", url.c_str());
  check(result, "cannot clone " + shown(url));
  return remote;
}

/// Objects only: no ref is made.
int download(git_repository* repo, const std::string& url, const std::string& spec) {
  const Remote remote = origin(repo, url);
  const auto o = options(GIT_REMOTE_DOWNLOAD_TAGS_NONE);
  return git_remote_download(remote.get(), Refspecs({spec}).array(), &o);
}

Commit present_commit(git_repository* repo, const git_oid& sha) {
  Commit commit;
  const int result = git_commit_lookup(out(commit), repo, &sha);
  if (result != GIT_ENOTFOUND) check(result, hex(sha) + " is not a commit", "give the id of a commit");
  return commit;
}

}  // namespace

void fetch_branches(git_repository* repo, const std::string& url) {
  const Remote remote = origin(repo, url);
  const auto o = options(GIT_REMOTE_DOWNLOAD_TAGS_ALL);
  check(
      git_remote_fetch(remote.get(), Refspecs({"+refs/heads/*:refs/remotes/origin/*"}).array(), &o, nullptr),
      "cannot fetch " + shown(url),
      "check the URL, and that the server runs and can be reached from here: git ls-remote " + shown(url));
}

Commit find_commit(git_repository* repo, const std::string& url, const git_oid& sha,
                   std::optional<int> pull) {
  if (auto commit = present_commit(repo, sha)) return commit;
  // Refused by a server that gives only heads, "early EOF" from one that has no such commit, and silently
  // nothing from a local path (libgit2 1.5): the result says little, whether the commit came says all.
  download(repo, url, hex(sha));
  if (auto commit = present_commit(repo, sha)) return commit;
  const auto next = "check that the server is still there: git ls-remote " + shown(url);
  if (pull) {
    check(download(repo, url, fmt::format("refs/pull/{0}/head:refs/pull/{0}/head", *pull)),
          "cannot fetch " + shown(url), next);
    if (auto commit = present_commit(repo, sha)) return commit;
  }
  check(download(repo, url, "+refs/*:refs/*"), "cannot fetch " + shown(url), next);
  return present_commit(repo, sha);
}

std::string plain_url(const std::string& url) {
  return url.starts_with("file:///") && url.find('%') == std::string::npos
             ? url.substr(std::string("file://").size())
             : url;
}

bool is_network_url(const std::string& url) {
  if (url.find("://") != std::string::npos)
    return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("ssh://") ||
           url.starts_with("git://");
  const auto colon = url.find(':');  // host:path, as ssh has it
  return colon != std::string::npos && colon < url.find('/');
}

}  // namespace clonerefs
