#pragma once

#include "http/server.h"

namespace ci {

/// Serves until SIGTERM or SIGINT. The process has ended within a second of it, with exit code 0, even where
/// a call to an endpoint does not come back: all state is in the cluster, so such a call is lost as in a
/// crash, and what it was for is done again.
void serve_until_signal(fakes::http::Server& server);

}  // namespace ci
