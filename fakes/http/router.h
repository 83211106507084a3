#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "http/message.h"

namespace fakes::http {

/// Answers a whole request. Runs on a thread of its own kind, so it may block; an exception becomes a 500, an
/// HttpError its status.
using Handler = std::function<Response(const Request&)>;
/// Answers piece by piece. Runs on the threads that all connections share, so it must never block.
using StreamHandler = std::function<boost::asio::awaitable<void>(Exchange&)>;

struct Route {
  std::string method;
  std::vector<std::string> segments;
  Handler handler;  ///< one of the two is set
  StreamHandler stream;
  std::size_t body_limit = 0;  ///< of a `handler`, in bytes; a longer body is a 413
};

/// What answers a request: a route and the parameters of its pattern, or the methods that the path would take
/// (none: 404).
struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string> params;
  std::string allow;  ///< "GET, HEAD, POST"
};

/// Finds the handler of a method and a path. A pattern is made of literal segments, `{name}` for one segment
/// that is not empty, and once `{name...}` for one and more segments: `/repos/{owner}/{repo}`,
/// `/repo/{path...}`,
/// `/branches/{branch...}/protection`. Where several fit, a literal goes before `{name}` and that before
/// `{name...}`, from left to right, and what names more goes first. HEAD is answered as GET is.
class Router {
 public:
  static constexpr std::size_t kBodyLimit = 1 << 20;
  void handle(const std::string& method, const std::string& pattern, Handler handler,
              std::size_t body_limit = kBodyLimit);
  void stream(const std::string& method, const std::string& pattern, StreamHandler handler);

  /// `path` as it came, percent-encoded: an encoded slash does not end a segment. Throws HttpError (400)
  /// where it cannot be decoded.
  Match match(const std::string& method, const std::string& path) const;

 private:
  void add(Route route, const std::string& pattern);
  std::vector<Route> routes_;  ///< the more specific ones first
};

}  // namespace fakes::http
