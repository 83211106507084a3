#pragma once

#include <mutex>

#include "gerrit/git_fetch.h"
#include "gerrit/routes.h"
#include "http/catalogue.h"
#include "http/router.h"

namespace fakes::gerrit {

/// Gerrit's REST API (rest-api.html) on a state in memory: everything at / for whoever asks, and at /a/ for
/// who says who it is. What Gerrit has and this has not (catalogue.h) is NotImplemented. Thread-safe: one
/// request at a time reads or changes the state.
class Api {
 public:
  explicit Api(Settings settings);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Takes every path that no other route of `router` takes.
  void add_routes(http::Router& router);

  void reset();
  /// Throws HttpError, having changed nothing (seed.h).
  void seed(const Json& json);

 private:
  http::Response serve(const http::Request& request);
  http::Response run(const http::Request& request, const Endpoint& endpoint, const http::Names& real,
                     const http::Names& ours);
  GitFetch git_fetch(const http::Request& request, const std::string& path);
  bool is_lenient() const { return settings_.lenient && settings_.lenient->load(); }

  const Settings settings_;
  http::Router endpoints_;
  http::Router real_;  ///< every route of Gerrit's
  std::mutex mutex_;
  State state_;
};

}  // namespace fakes::gerrit
