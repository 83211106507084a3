#include "suite/environment.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "suite/programs/go_flags.h"

namespace harness {

namespace {

using Kind = TestProgram::Kind;

struct Choice {
  std::string name;  ///< of a variable; with a * at its end, of all that begin so
  Kind kind;         ///< whose programs would heed it
};

const std::vector<Choice> kChoices{
    {"GTEST_*", Kind::gtest},
    {"TEST_TOTAL_SHARDS", Kind::gtest},
    {"TEST_SHARD_INDEX", Kind::gtest},
    {"TEST_SHARD_STATUS_FILE", Kind::gtest},
    {"TEST_PREMATURE_EXIT_FILE", Kind::gtest},
    {"TEST_WARNINGS_OUTPUT_FILE", Kind::gtest},
    {"TEST_RANDOM_SEED", Kind::gtest},
    {"TESTBRIDGE_*", Kind::gtest},
    {"XML_OUTPUT_FILE", Kind::gtest},
    {"GINKGO_*", Kind::ginkgo},
    {"PYTEST_*", Kind::pytest},
    {"PYTHONOPTIMIZE", Kind::pytest},  // without assert, everything passes
};

/// They only say how something looks, or that this process runs in a test itself.
const std::set<std::string> kNotWorthAWord{"GTEST_COLOR",
                                           "GTEST_PRINT_TIME",
                                           "GTEST_PRINT_UTF8",
                                           "GTEST_STACK_TRACE_DEPTH",
                                           "GINKGO_NO_COLOR",
                                           "GINKGO_PRUNE_STACK",
                                           "GINKGO_TIME_FORMAT",
                                           "PYTEST_CURRENT_TEST",
                                           "PYTEST_VERSION",
                                           "PYTEST_THEME",
                                           "PYTEST_THEME_MODE",
                                           "PYTEST_XDIST_WORKER",
                                           "PYTEST_XDIST_WORKER_COUNT",
                                           "PYTEST_XDIST_TESTRUNUID",
                                           "PYTEST_DEBUG_TEMPROOT"};

const Choice* choice(const std::string& name) {
  const auto found = std::find_if(kChoices.begin(), kChoices.end(), [&](const Choice& one) {
    return one.name.ends_with('*') ? name.starts_with(one.name.substr(0, one.name.size() - 1))
                                   : name == one.name;
  });
  return found == kChoices.end() ? nullptr : &*found;
}

template <typename Take>
void for_each_variable(Take take) {
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (const auto equals = text.find('='); equals != std::string::npos)
      take(text.substr(0, equals), text.substr(equals + 1));
  }
}

/// What a command runs nobody knows; a Go test may be a whole suite of Ginkgo.
bool heeds(const TestProgram& program, Kind kind, const std::string& variable) {
  return (program.kind == kind || program.kind == Kind::command ||
          (program.kind == Kind::go && kind == Kind::ginkgo)) &&
         !program.env.contains(variable);
}

}  // namespace

Environment test_environment() {
  Environment environment;
  for_each_variable([&](const std::string& name, const std::string& value) {
    if (name == "GOFLAGS")
      environment[name] = divided_go_flags(value).build;
    else if (!choice(name))
      environment[name] = value;
  });
  return environment;
}

std::vector<std::string> left_out_of_tests(const std::vector<TestProgram>& programs) {
  std::vector<std::string> left_out;
  for_each_variable([&](const std::string& name, const std::string& value) {
    const auto heeded = [&](Kind kind) {
      return std::any_of(programs.begin(), programs.end(),
                         [&](const auto& program) { return heeds(program, kind, name); });
    };
    if (name == "GOFLAGS" && (heeded(Kind::go) || heeded(Kind::ginkgo)))
      for (const auto& flag : divided_go_flags(value).others) left_out.push_back(flag + " of GOFLAGS");
    if (const auto* found = choice(name);
        found && !value.empty() && !kNotWorthAWord.contains(name) && heeded(found->kind))
      left_out.push_back(name);
  });
  std::sort(left_out.begin(), left_out.end());
  return left_out;
}

}  // namespace harness
