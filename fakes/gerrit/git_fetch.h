#pragma once

#include "gerrit/state.h"
#include "http/message.h"

namespace fakes::gerrit {

/// Answers a client of git that clones or fetches a project: GET .../info/refs?service=git-upload-pack and
/// POST .../git-upload-pack, by the program git, of protocol 0 to 2 (gitprotocol-http). It sees branches and
/// patch sets (refs/changes/...) whose content is known.
///
/// Made with the lock on the state held; `answer` then runs without it.
class GitFetch {
 public:
  /// `path` is the request's, without /a: "/PROJECT/info/refs". Throws HttpError (404) where there is no such
  /// project, NotImplemented at a push.
  GitFetch(const State& state, const http::Request& request, const std::string& path);
  http::Response answer() const;

 private:
  http::Request request_;
  bool advertise_ = false;
  std::string head_, refs_;
  std::shared_ptr<Store> store_;
};

}  // namespace fakes::gerrit
