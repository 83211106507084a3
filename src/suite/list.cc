#include "suite/list.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <fstream>

#include "base/error.h"
#include "base/graph.h"
#include "base/process.h"
#include "suite/names.h"

namespace harness {

namespace {

/// An argument of a program has at most 128 KiB, a byte of a name may need two.
constexpr size_t kLongestName = 60'000;

std::vector<TestCase> listed(const ListRequest& request, std::stop_token stop) {
  try {
    return framework_of(request.program.kind).list(request, std::move(stop));
  } catch (Error& e) {
    if (e.details.hint.empty() && request.program.kind != TestProgram::Kind::command)
      e.details.hint = listing_hint(request.program);
    throw;
  }
}

}  // namespace

std::vector<TestCase> list_tests(const ListRequest& request, std::stop_token stop) {
  const auto& program = request.program;
  auto tests = listed(request, std::move(stop));
  const auto what = program.kind == TestProgram::Kind::helm ? "the chart of component " + program.path
                    : program.list_command.empty()          ? program.path
                                                            : program.name + ": its list:";
  if (tests.empty()) throw Error(what + " lists no tests", {.exit_code = kBuild});
  for (auto& test : tests) {
    if (test.id.size() > kLongestName)
      throw Error(fmt::format("{}: the name of a test has {} bytes: {}...", program.path, test.id.size(),
                              test.full_name().substr(0, 100)),
                  {.hint = fmt::format("a program cannot be asked for it; the limit is {}", kLongestName),
                   .exit_code = kBuild});
    if (program.is_named && program.kind != TestProgram::Kind::command)
      test.suite = shown_name(program.name) + (test.suite.empty() ? "" : "/" + test.suite);
    test.labels.insert(test.labels.end(), program.labels.begin(), program.labels.end());
    test.labels = in_order(std::move(test.labels));
    if (test.owner.empty()) test.owner = program.owner;
    if (test.timeout_seconds == 0) test.timeout_seconds = program.timeout_seconds;
  }
  return tests;
}

std::string listing_hint(const TestProgram& program) {
  return program.list_deployed
             ? ""
             : "a program that needs the running cluster to list its tests says `list: deployed` at "
               "its entry of tests:";
}

void refuse_broken(const std::vector<TestCase>& tests) {
  std::vector<Error> errors;
  for (const auto& test : tests)
    if (test.breakage)
      errors.emplace_back(test.breakage->reason,
                          Error::Details{.output_tail = test.breakage->output, .exit_code = kBuild});
  if (!errors.empty()) throw Failures(std::move(errors));
}

int line_of(const std::filesystem::path& file, const std::string& expression) {
  const RE2 wanted(expression, RE2::Quiet);
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (RE2::PartialMatch(line, wanted)) return number;
  }
  return 0;
}

std::string listing(const std::vector<std::string>& args, const std::filesystem::path& dir,
                    const std::string& what, const Environment& env, std::stop_token stop) {
  try {
    return run_checked(
        {.args = args, .dir = dir, .env = env, .only_env = true, .timeout = std::chrono::minutes(10)},
        "cannot list the tests of " + what, kBuild, stop);
  } catch (Error& e) {
    e.details.exit_code = kBuild;  // also where it cannot be started
    throw;
  }
}

}  // namespace harness
