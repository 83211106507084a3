#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "testrun/git_command.h"

namespace harness::testrun {

/// A repository that somebody serves, and how git is called for it: with the user's configuration, since
/// proxies, certificates and rewritten URLs are said there. Credentials of its URL go by the environment,
/// which `ps` does not show, are for its scheme, host and port alone, wherever it redirects to, and git's own
/// helpers do not keep them.
class Remote {
 public:
  /// As it is written in a location.
  explicit Remote(const std::string& repo);
  /// One that a .gitmodules file of this one's checkout names; "./" and "../" are relative to this one. This
  /// one's credentials are for it, too, where it is on the same server. A path of this machine is one only
  /// where this one is, and no transport that runs programs.
  Remote submodule(const std::string& url) const;

  const std::string& url() const { return url_; }  ///< without credentials
  /// `git ARGS URL REFS`, of `repository`. Ends after `kSilence` without a word of it.
  ProcessResult git(const OwnRepository& repository, std::vector<std::string> args,
                    const std::vector<std::string>& refs, std::stop_token stop) const;
  /// The same; throws Error (kCluster) with git's own words.
  std::string checked(const OwnRepository& repository, std::vector<std::string> args,
                      const std::vector<std::string>& refs, std::stop_token stop) const;

 private:
  bool is_local() const;
  std::vector<std::string> command(const OwnRepository& repository, std::vector<std::string> args,
                                   const std::vector<std::string>& refs) const;

  std::string url_, server_, user_, password_;  ///< server: "https://host:port"; "" where it is none
  bool has_credentials_ = false, is_submodule_ = false, may_be_local_ = true;
};

/// `relative` ("../b.git") as git resolves it against a URL.
std::string resolved_url(std::string base, std::string relative);

}  // namespace harness::testrun
