#pragma once

#include <string>

#include "http/http_exchange.h"
#include "http/link.h"
#include "http/message.h"
#include "http/server.h"

namespace fakes::http {

/// What came where a request's head belongs.
struct Head {
  bool read = false;       ///< a request that can be served
  int status = 0;          ///< else the error to answer with before the connection ends, 0 for nothing
  std::string cause = {};  ///< of the error
};

/// Reads a request's first line and headers into `parser`, within the limits of `options`.
asio::awaitable<Head> read_head(Link& link, Parser& parser, const ServerOptions& options);

/// The request of a head that was read, without its body and the route's parameters.
Request to_request(const Parser& parser, const tcp::socket& socket, std::stop_token gone);

}  // namespace fakes::http
