#include "suite/test_case.h"

#include <re2/re2.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

std::vector<std::string> parts_of(const std::string& expression, const std::string& flag) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      parts.back() += expression.substr(i++, 2);
      continue;
    }
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (c == '/' && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (const auto& part : parts)
    if (const RE2 compiled(part, RE2::Quiet); !compiled.ok())
      throw Error("-" + flag + "=" + expression + ": " + compiled.error() + ": \"" + compiled.error_arg() + "\"",
                  {.hint = "the syntax is Go's: https://github.com/google/re2/wiki/Syntax"});
  return parts;
}

bool matches(const std::vector<std::string>& parts, const TestCase& test) {
  if (parts.size() == 1 || test.suite.empty())
    return RE2::PartialMatch(test.suite, parts[0]) || RE2::PartialMatch(test.full_name(), parts[0]) ||
           RE2::PartialMatch(test.suite + "." + test.name, parts[0]);
  std::string rest = parts[1];  // a parameterised test's own name may hold slashes
  for (size_t i = 2; i < parts.size(); ++i) rest += "/" + parts[i];
  return RE2::PartialMatch(test.suite, parts[0]) && RE2::PartialMatch(test.name, rest);
}

}  // namespace

std::vector<TestCase> parse_gtest_list(const std::string& text, const TestProgram& program) {
  std::vector<TestCase> tests;
  std::string suite;
  for (std::string line : split(text, '\n')) {
    if (const auto comment = line.find("  # "); comment != std::string::npos) line.resize(comment);
    if (line.starts_with("  ") && !suite.empty()) {
      const std::string name = trim(line);
      if (suite.find("DISABLED_") == std::string::npos && name.find("DISABLED_") == std::string::npos)
        tests.push_back({&program, suite, name});
    } else if (line.ends_with(".")) {
      suite = line.substr(0, line.size() - 1);
    }
  }
  return tests;
}

std::vector<TestCase> list_tests(const TestProgram& program, const std::filesystem::path& root, std::stop_token stop) {
  if (program.kind == TestProgram::Kind::command) return {{&program, "", program.name}};
  const Command command{.args = {(root / program.path).string(), "--gtest_list_tests"}, .dir = root, .timeout = std::chrono::seconds(30)};
  const auto tests = parse_gtest_list(run_checked(command, "cannot list the tests of " + program.path, kBuild, stop), program);
  if (tests.empty()) throw Error(program.path + " lists no tests", {.command = shell_quoted(command.args), .exit_code = kBuild});
  return tests;
}

Selector::Selector(const std::string& run, const std::string& skip) {
  if (!run.empty()) run_ = parts_of(run, "run");
  if (!skip.empty()) skip_ = parts_of(skip, "skip");
}

bool Selector::selects(const TestCase& test) const {
  return (run_.empty() || matches(run_, test)) && (skip_.empty() || !matches(skip_, test));
}

}  // namespace harness
