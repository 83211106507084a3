#pragma once

#include <atomic>
#include <filesystem>

#include "git/child.h"
#include "git/repositories.h"
#include "http/exchange.h"

namespace fakes::git {

/// Serves `/repo/{path...}`: runs git http-backend as a CGI program (RFC 3875, git-http-backend(1)) for the
/// repository at the path's beginning, with bodies streamed both ways. A client that goes away takes the
/// program's process group with it. The journal keeps of a push what push_head.h reads. Where `lenient` is
/// set, a repository that a client of the smart protocol names is there, empty.
class Backend {
 public:
  /// Asks `git` where its http-backend is. Throws std::runtime_error where it has none.
  Backend(Repositories& repositories, Children& children, std::filesystem::path git,
          const std::atomic<bool>& lenient);
  boost::asio::awaitable<void> operator()(http::Exchange& exchange) const;

 private:
  Repositories& repositories_;
  Children& children_;
  const std::filesystem::path git_, program_;
  const std::atomic<bool>& lenient_;
};

/// The environment of the CGI program for a request; `rest` is the path within the repository, `body_size` as
/// `Exchange` says.
std::vector<std::string> cgi_environment(const std::filesystem::path& git,
                                         const std::filesystem::path& repository, const std::string& rest,
                                         const http::Request& request,
                                         std::optional<std::uint64_t> body_size);

}  // namespace fakes::git
