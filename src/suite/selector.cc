#include "suite/selector.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace harness {

namespace {

using Parts = std::vector<std::string>;
using Alternatives = std::vector<Parts>;

Alternatives alternatives_of(const std::string& expression, const std::string& flag) {
  Alternatives alternatives{{""}};
  int brackets = 0, parentheses = 0;
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    auto& part = alternatives.back().back();
    if (c == '\\' && i + 1 < expression.size()) {
      part += expression.substr(i++, 2);
      continue;
    }
    if (c == '[') ++brackets;
    if (c == ']') brackets = std::max(0, brackets - 1);
    if (c == '(' && brackets == 0) ++parentheses;
    if (c == ')' && brackets == 0) --parentheses;
    const bool outside = brackets == 0 && parentheses == 0;
    if (c == '|' && outside)
      alternatives.push_back({""});
    else if (c == '/' && outside)
      alternatives.back().emplace_back();
    else
      part += c;
  }
  for (const auto& parts : alternatives)
    for (const auto& part : parts)
      if (const RE2 compiled(part, RE2::Quiet); !compiled.ok())
        throw Error(
            "-" + flag + "=" + expression + ": " + compiled.error() + ": \"" + compiled.error_arg() + "\"",
            {.hint = "the syntax is Go's: https://github.com/google/re2/wiki/Syntax", .exit_code = kUsage});
  return alternatives;
}

bool matches(const Parts& parts, const TestCase& test) {
  if (parts.size() == 1 || test.suite.empty())
    return RE2::PartialMatch(test.suite, parts[0]) || RE2::PartialMatch(test.full_name(), parts[0]) ||
           RE2::PartialMatch(test.suite + "." + test.name, parts[0]) ||
           (test.is_go() && RE2::PartialMatch(test.name, parts[0]));
  // The suite and the name of a parameterised test may hold slashes themselves.
  for (auto name = parts.begin() + 1; name != parts.end(); ++name)
    if (RE2::PartialMatch(test.suite, join({parts.begin(), name}, "/")) &&
        RE2::PartialMatch(test.name, join({name, parts.end()}, "/")))
      return true;
  return false;
}

bool matches(const Alternatives& alternatives, const TestCase& test) {
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [&](const auto& parts) { return matches(parts, test); });
}

/// As `matches`, but that a part of what a command runs ("web/login") does not stand for all of it.
bool is_skipped(const Alternatives& skip, const TestCase& test) {
  return std::any_of(skip.begin(), skip.end(), [&](const auto& parts) {
    return test.suite.empty() && parts.size() > 1 ? RE2::PartialMatch(test.name, join(parts, "/"))
                                                  : matches(parts, test);
  });
}

/// As `go test -run` has it, a package that does not build fails whatever tests are asked for; but for those
/// of other suites, where each alternative names a suite.
bool may_be_in(const TestCase& package, const Alternatives& run) {
  return std::any_of(run.begin(), run.end(), [&](const auto& parts) {
    for (auto name = parts.begin() + 1; name < parts.end(); ++name)
      if (RE2::PartialMatch(package.suite, join({parts.begin(), name}, "/"))) return true;
    return parts.size() == 1;
  });
}

/// Only what names its suite skips it: not "build", which is in the name of a test.
bool is_skipped_package(const Alternatives& skip, const TestCase& package) {
  return std::any_of(skip.begin(), skip.end(), [&](const auto& parts) {
    return parts.size() == 1 ? RE2::PartialMatch(package.suite, parts[0]) : matches(parts, package);
  });
}

/// Its specs are not known, and may have labels of their own.
bool may_have_any_label(const TestCase& test) {
  return test.breakage && test.program->kind == TestProgram::Kind::ginkgo;
}

/// What of "TestX/sub" or "package/TestX/sub" asks for sub-tests of `test`; empty: nothing.
std::string subtests_of(const Alternatives& alternatives, const TestCase& test) {
  if (!test.is_go()) return "";
  for (const auto& parts : alternatives)
    for (auto name = parts.begin(); name != parts.end() && name + 1 != parts.end(); ++name)
      if ((name == parts.begin() || RE2::PartialMatch(test.suite, join({parts.begin(), name}, "/"))) &&
          RE2::PartialMatch(test.name, *name))
        return join({name + 1, parts.end()}, "/");
  return "";
}

/// To what an entry of tests: leaves out comes what a flag does.
void leave_out(std::string& subtests, const std::string& more) {
  if (more.empty() || subtests == more) return;
  if (subtests.empty()) {
    subtests = more;
    return;
  }
  if ((subtests + more).find('/') != std::string::npos)
    throw Error("-skip of sub-tests of sub-tests cannot be put together with skip: of components.yaml",
                {.hint = "-skip the whole test, or sub-tests of one level", .exit_code = kUsage});
  subtests = "(" + subtests + "|" + more + ")";
}

}  // namespace

Selector::Selector(const Wanted& wanted) : wanted_(wanted), labels_(wanted.labels) {
  if (!wanted.run.empty()) run_ = alternatives_of(wanted.run, "run");
  if (!wanted.skip.empty()) skip_ = alternatives_of(wanted.skip, "skip");
}

bool Selector::selects(const TestCase& test) const {
  if (test.breakage) return (run_.empty() || may_be_in(test, run_)) && selects_package(test);
  return (run_.empty() || matches(run_, test)) && (skip_.empty() || !is_skipped(skip_, test)) &&
         labels_.selects(test.labels) && has_failed(test);
}

bool Selector::selects_package(const TestCase& broken) const {
  return !is_skipped_package(skip_, broken) && (may_have_any_label(broken) || labels_.selects(broken.labels));
}

/// Where a package did not build, each of its tests has failed.
bool Selector::has_failed(const TestCase& test) const {
  return !wanted_.failed || wanted_.names.contains(test.full_name()) ||
         (test.is_of_go() && wanted_.names.contains(test.suite + "/" + kBrokenPackage));
}

std::vector<TestCase> Selector::select(std::vector<TestCase> tests) const {
  std::vector<std::string> labels;
  for (const auto& test : tests) labels.insert(labels.end(), test.labels.begin(), test.labels.end());
  for (const auto& name : labels_.names())
    if (std::find(labels.begin(), labels.end(), name) == labels.end() &&
        std::none_of(tests.begin(), tests.end(), may_have_any_label)) {
      const auto near = nearest(name, labels);
      throw Error(
          "-labels: no test has the label \"" + name + "\"" +
              (near ? " (did you mean \"" + *near + "\"?)" : ""),
          {.hint = labels.empty() ? "no test has any label" : "there are: " + join(in_order(labels), ", "),
           .exit_code = kUsage});
    }
  std::vector<TestCase> selected;
  for (const auto& test : tests)
    if (selects(test)) selected.push_back(test);
  const auto is_broken = [](const auto& test) { return test.breakage.has_value(); };
  if (std::all_of(selected.begin(), selected.end(), is_broken) && !run_.empty()) {
    auto others = with_subtests(tests);
    if (selected.empty() || !std::all_of(others.begin(), others.end(), is_broken))
      selected = std::move(others);
  }
  if (selected.empty()) nothing_selected(tests);
  if (std::none_of(tests.begin(), tests.end(),
                   [&](const auto& test) { return !is_broken(test) && is_skipped(skip_, test); }))
    for (auto& test : selected) leave_out(test.without_subtests, subtests_of(skip_, test));
  return selected;
}

std::vector<TestCase> Selector::with_subtests(const std::vector<TestCase>& tests) const {
  std::vector<TestCase> selected;
  for (auto test : tests) {
    if (test.breakage) {
      if (selects_package(test)) selected.push_back(test);
      continue;
    }
    test.subtests = subtests_of(run_, test);
    if (!test.subtests.empty() && !is_skipped(skip_, test) && labels_.selects(test.labels) &&
        has_failed(test))
      selected.push_back(test);
  }
  return selected;
}

void Selector::nothing_selected(const std::vector<TestCase>& tests) const {
  if (wanted_.failed && wanted_.names.empty())
    throw Error("no test failed last time", {.hint = "-run=RE chooses tests by name", .exit_code = kUsage});
  std::vector<std::string> suites;
  for (const auto& test : tests) suites.push_back(test.suite.empty() ? test.name : test.suite);
  std::string flags;
  for (const auto& [name, value] :
       {std::pair{"-run", wanted_.run}, {"-skip", wanted_.skip}, {"-labels", wanted_.labels}})
    if (!value.empty()) flags += std::string(" ") + name + "=" + value;
  if (wanted_.failed) flags += " -failed";
  const auto near = nearest(wanted_.run, suites);
  throw Error("no test matches" + flags + (near ? " (did you mean \"" + *near + "\"?)" : ""),
              {.hint = "-list shows the tests", .exit_code = kUsage});
}

}  // namespace harness
