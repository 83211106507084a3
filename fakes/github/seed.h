#pragma once

#include "github/state.h"

namespace fakes::github {

/// Adds what /admin/seed is given (docs/fakes.md, "fakeghserver"): users and repositories with branches,
/// commits, labels, issues and pull requests. No hook is told. Throws http::HttpError (422) naming the place,
/// having changed nothing.
void seed(State& state, const Json& json);

}  // namespace fakes::github
