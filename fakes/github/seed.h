#pragma once

#include "github/state.h"

namespace fakes::github {

/// Adds what /admin/seed is given (docs/fakes.md, "fakeghserver"): users, repositories with branches,
/// commits, labels, issues and pull requests, organizations, apps, and whether the server is lenient. No hook
/// is told. Throws http::HttpError (422) naming the place, having changed nothing.
void seed(State& state, const Json& json);

}  // namespace fakes::github
