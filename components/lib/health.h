#pragma once

#include <functional>

#include "http/router.h"

namespace ci {

/// `GET /healthz`: 200 while the process serves. `GET /readyz`: 200 when `check` passes, else 503 with what
/// it threw: a service is ready only when it can do its work.
void add_health(fakes::http::Router& router, std::function<void()> check);

}  // namespace ci
