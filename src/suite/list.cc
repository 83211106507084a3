#include "suite/list.h"

#include <re2/re2.h>

#include <fstream>

#include "base/error.h"
#include "base/process.h"

namespace harness {

namespace {

std::vector<TestCase> list_by_kind(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop) {
  switch (program.kind) {
    case TestProgram::Kind::gtest: return list_gtest(program, root, scratch, stop);
    case TestProgram::Kind::go: return list_go(program, root, scratch, stop);
    case TestProgram::Kind::pytest: return list_pytest(program, root, stop);
    case TestProgram::Kind::command: return {{.program = &program, .name = program.name}};
  }
  throw std::logic_error("a test program of no kind");
}

}  // namespace

std::vector<TestCase> list_tests(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop) {
  auto tests = list_by_kind(program, root, scratch, stop);
  if (tests.empty()) throw Error(program.path + " lists no tests", {.exit_code = kBuild});
  for (auto& test : tests) {
    test.labels.insert(test.labels.end(), program.labels.begin(), program.labels.end());
    test.labels = in_order(std::move(test.labels));
    if (test.owner.empty()) test.owner = program.owner;
    if (test.timeout_seconds == 0) test.timeout_seconds = program.timeout_seconds;
  }
  return tests;
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

std::string listing(const std::vector<std::string>& args, const std::filesystem::path& dir, const std::string& what,
                    const std::map<std::string, std::string>& env, std::stop_token stop) {
  try {
    return run_checked({.args = args, .dir = dir, .env = env, .timeout = std::chrono::minutes(10)}, "cannot list the tests of " + what, kBuild, stop);
  } catch (Error& e) {
    e.details.exit_code = kBuild;  // also where it cannot be started
    throw;
  }
}

}  // namespace harness
