#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "admin/faults.h"
#include "admin/gaps.h"
#include "admin/journal.h"
#include "http/server.h"

namespace fakes::admin {

/// The side of a fake that its tests use, apart from the API that it plays: `/healthz` and everything under
/// `/admin/` (docs/fakes.md). Requests to these are neither kept in the journal nor met by faults.
///
///   Admin admin({.reset = [&] { state.clear(); }, .seed = [&](const Json& json) { state.seed(json); }});
///   Server server(admin.observed({.log = log_to_stderr}));
///   admin.add_routes(server.router());
class Admin {
 public:
  struct State {
    std::function<void()> reset;  ///< back to the state of a server that was just started
    std::function<void(const nlohmann::json&)>
        seed;  ///< adds what it is given; throws HttpError (400, 422), having changed nothing
  };
  explicit Admin(State state, std::size_t journal_length = 10'000);

  /// `options` with hooks into this object, which has to outlive the server.
  http::ServerOptions observed(http::ServerOptions options);
  void add_routes(http::Router& router);
  /// What POST /admin/reset does.
  http::Response reset();

 private:
  http::Response requests(const http::Request& request) const;
  http::Response seed(const http::Request& request);
  http::Response add_faults(const http::Request& request);

  State state_;
  Journal journal_;
  Gaps gaps_;
  Faults faults_;
};

}  // namespace fakes::admin
