#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace harness {

/// What the first words of a command line ask for. Without any it is the tests of components.yaml, which
/// flags alone choose.
struct CommandSpec {
  Task task;
  std::vector<std::string> words;      ///< {"testrun", "emit"}
  std::vector<std::string> arguments;  ///< what follows, by name: {"ENGINE", "FILE"}; "[TEST]" may be missing
  bool has_more = false;               ///< the last of these may follow several times
  std::set<std::string> flags;         ///< those that it has; -help is everybody's
  std::string_view help;               ///< ${PROGRAM} stands for what the user typed

  /// "testrun emit"; empty for tests.
  std::string name() const;
};

/// The first is that of the tests; a longer one comes before its beginning.
const std::vector<CommandSpec>& command_specs();

/// The one whose words `args` begin with.
const CommandSpec& command_of(const std::vector<std::string>& args);

/// The first words of all of them.
std::vector<std::string> command_names();

}  // namespace harness
