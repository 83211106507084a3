#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cli/setup.h"

namespace harness {

/// What a test, and a program that lists tests, finds in its environment of the instance (docs/components.md,
/// "What a test finds in its environment"); it never sees the user's own cluster. `url` is the gateway's,
/// `api` the socket where the API answers; neither need be there yet.
std::map<std::string, std::string> test_variables(const Context& context, const std::string& url,
                                                  const std::filesystem::path& api,
                                                  const std::string& run_id);

/// The same for tests that have a control plane of their own, whose `environment` this is.
std::map<std::string, std::string> test_variables(const Context& context,
                                                  const std::map<std::string, std::string>& environment,
                                                  const std::string& run_id);

}  // namespace harness
