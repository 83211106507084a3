#pragma once

#include <mutex>

#include "gerrit/routes.h"
#include "http/router.h"

namespace fakes::gerrit {

/// Gerrit's REST API (rest-api.html) on a state in memory: everything at / for whoever asks, and at /a/ for
/// who says who it is. Thread-safe: one request at a time reads or changes the state.
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
  http::Response run(const http::Request& request, http::Response (*handle)(Call&));

  const Settings settings_;
  http::Router endpoints_;
  std::mutex mutex_;
  State state_;
};

}  // namespace fakes::gerrit
