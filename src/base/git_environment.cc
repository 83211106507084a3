#include "base/git_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace harness {

namespace {

constexpr std::array<std::string_view, 19> kLocal{
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_INTERNAL_TOPLEVEL",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
};
/// Followed by a number.
constexpr std::array<std::string_view, 2> kPairs{"GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"};

}  // namespace

bool is_local_git_variable(std::string_view name) {
  const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::find(kLocal.begin(), kLocal.end(), name) != kLocal.end() ||
         std::any_of(kPairs.begin(), kPairs.end(), begins);
}

void forget_local_git_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    if (const auto name = text.substr(0, text.find('=')); is_local_git_variable(name))
      names.emplace_back(name);
  }
  for (const auto& name : names) unsetenv(name.c_str());
}

}  // namespace harness
