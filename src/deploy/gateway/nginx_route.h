#pragma once

#include <string>

#include "deploy/gateway/route.h"

namespace harness {

/// nginx's directives that set the headers of what goes on to components.
std::string header_directives();

/// What is in the location of a route.
std::string body_of(const Route& route);

/// The locations that `mirrors` of routes are sent to.
std::string mirror_locations(const std::vector<const Route*>& routes);

}  // namespace harness
