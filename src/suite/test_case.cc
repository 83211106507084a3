#include "suite/test_case.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

std::vector<std::string> parts_of(const std::string& expression, const std::string& flag) {
  std::vector<std::string> parts(1);
  int brackets = 0, parentheses = 0;
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      parts.back() += expression.substr(i++, 2);
      continue;
    }
    if (c == '[') ++brackets;
    if (c == ']') brackets = std::max(0, brackets - 1);
    if (c == '(' && brackets == 0) ++parentheses;
    if (c == ')' && brackets == 0) --parentheses;
    if (c == '/' && brackets == 0 && parentheses == 0)
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
  // The suite and the name of a parameterised test may hold slashes themselves.
  for (auto name = parts.begin() + 1; name != parts.end(); ++name)
    if (RE2::PartialMatch(test.suite, join({parts.begin(), name}, "/")) && RE2::PartialMatch(test.name, join({name, parts.end()}, "/")))
      return true;
  return false;
}

/// GoogleTest's own rule, its filter "DISABLED_*:*/DISABLED_*".
bool is_disabled(const std::string& name) { return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string::npos; }

}  // namespace

std::vector<TestCase> parse_gtest_list(const std::string& text, const TestProgram& program) {
  std::vector<TestCase> tests;
  std::string suite;
  for (std::string line : split(text, '\n')) {
    if (const auto comment = line.find("  # "); comment != std::string::npos) line.resize(comment);
    if (line.starts_with("  ") && !suite.empty()) {
      const std::string name = trim(line);
      if (!is_disabled(suite) && !is_disabled(name))
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
  std::string listed;
  try {
    listed = run_checked(command, "cannot list the tests of " + program.path, kBuild, stop);
  } catch (Error& e) {
    e.details.exit_code = kBuild;  // also where it cannot be started
    throw;
  }
  const auto tests = parse_gtest_list(listed, program);
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
