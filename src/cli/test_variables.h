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

/// The environment that an entry of `tests:` has in env:, with images of the project, named as in a manifest,
/// by what a pod runs (`references`). Throws Error (kUsage) where one is not among these: this run did not
/// look at it.
std::map<std::string, std::string> own_variables(const TestProgram& program, const Project& project,
                                                 const std::map<std::string, std::string>& references);

/// Throws Error (kUsage), with all of them, where env: of an entry names an image of the registry that
/// components.yaml has not.
void check_images_of_tests(const Project& project);

}  // namespace harness
