#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "base/files.h"
#include "base/text.h"
#include "suite/runner.h"

namespace harness {

namespace {

constexpr size_t kOutputBytes = 100'000;

/// XML 1.0 knows no control characters and takes nothing but text; a test may print any bytes.
std::string printable(std::string text) {
  if (text.size() > kOutputBytes) text = "... (cut)\n" + text.substr(text.size() - kOutputBytes);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  for (size_t bad = 0; (bad = invalid_utf8(text, bad)) != std::string::npos; ++bad) text[bad] = '?';
  return text;
}

void add_case(pugi::xml_node suite, const TestResult& result) {
  auto node = suite.append_child("testcase");
  node.append_attribute("classname") = result.test->suite.empty() ? result.test->program->name.c_str() : result.test->suite.c_str();
  node.append_attribute("name") = result.test->name.c_str();
  node.append_attribute("time") = fmt::format("{:.3f}", result.seconds).c_str();
  if (result.status == TestResult::Status::failed) {
    auto failure = node.append_child("failure");
    failure.append_attribute("message") = printable(result.reason).c_str();
    failure.append_child(pugi::node_pcdata).set_value(printable(std::filesystem::exists(result.log) ? read_file(result.log) : "").c_str());
  } else if (result.status != TestResult::Status::passed) {
    const bool skipped = result.status == TestResult::Status::skipped;
    node.append_child("skipped").append_attribute("message") =
        skipped ? "skipped by the test" : result.reason.empty() ? "not run: the run was interrupted" : printable(result.reason).c_str();
  }
}

}  // namespace

std::string junit_xml(const std::vector<TestResult>& results) {
  std::map<std::string, std::vector<const TestResult*>> by_suite;
  for (const auto& result : results) by_suite[result.test->suite.empty() ? result.test->program->name : result.test->suite].push_back(&result);
  pugi::xml_document document;
  auto root = document.append_child("testsuites");
  for (const auto& [name, members] : by_suite) {
    auto suite = root.append_child("testsuite");
    int failures = 0, skipped = 0;
    double seconds = 0;
    for (const auto* result : members) {
      failures += result->status == TestResult::Status::failed;
      skipped += result->status == TestResult::Status::skipped || result->status == TestResult::Status::not_run;
      seconds += result->seconds;
    }
    suite.append_attribute("name") = name.c_str();
    suite.append_attribute("tests") = static_cast<int>(members.size());
    suite.append_attribute("failures") = failures;
    suite.append_attribute("errors") = 0;
    suite.append_attribute("skipped") = skipped;
    suite.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
    for (const auto* result : members) add_case(suite, *result);
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace harness
