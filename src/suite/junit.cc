#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "suite/report.h"

namespace harness {

namespace {

using Status = TestResult::Status;

constexpr size_t kOutputBytes = 100'000;

/// Only what is known: "ShowsJobs.owner". They belong to the suite, since a testcase has none in the schema
/// that Jenkins checks.
void add_properties(pugi::xml_node suite, const std::vector<const TestResult*>& results) {
  pugi::xml_node parent;
  for (const auto* result : results) {
    const auto& test = *result->test;
    std::vector<std::pair<std::string, std::string>> properties{
        {"labels", join(test.labels, ",")},
        {"owner", test.owner},
        {"file", test.place()},
        {"attempts", result->attempts > 1 ? std::to_string(result->attempts) : ""},
        {"failed_attempts", result->attempts > 1 ? std::to_string(result->failures) : ""}};
    properties.insert(properties.end(), result->properties.begin(), result->properties.end());
    for (const auto& [name, value] : properties) {
      if (value.empty()) continue;
      if (!parent) parent = suite.append_child("properties");
      auto property = parent.append_child("property");
      property.append_attribute("name") = plain_text(test.name + "." + name).c_str();
      property.append_attribute("value") = plain_text(value).c_str();
    }
  }
}

void add_case(pugi::xml_node suite, const TestResult& result) {
  auto node = suite.append_child("testcase");
  node.append_attribute("classname") = suite.attribute("name").value();
  const auto& labels = result.test->labels;
  const auto name =
      result.test->subtests.empty() ? result.test->name : result.test->name + "/" + result.test->subtests;
  node.append_attribute("name") = plain_text(labels.empty() ? name : name + " " + shown(labels)).c_str();
  node.append_attribute("time") = fmt::format("{:.3f}", result.seconds).c_str();
  if (result.status == Status::failed || result.status == Status::flaky) {
    auto failure = node.append_child(result.status == Status::failed ? "failure" : "flakyFailure");
    failure.append_attribute("message") = plain_text(result.reason).c_str();
    failure.append_attribute("type") = status_word(result.status);
    failure.append_child(pugi::node_pcdata)
        .set_value(plain_text(end_of_file(result.log, kOutputBytes)).c_str());
  } else if (result.status != Status::passed) {
    const auto message =
        plain_text(result.status == Status::skipped ? why_skipped(result) : why_not_run(result));
    node.append_child("skipped").append_attribute("message") = message.c_str();
  }
}

}  // namespace

std::string junit_xml(const std::vector<TestResult>& results) {
  std::map<std::string, std::vector<const TestResult*>> by_suite;
  for (const auto& result : results)
    by_suite[result.test->suite.empty() ? result.test->program->name : result.test->suite].push_back(&result);
  pugi::xml_document document;
  auto root = document.append_child("testsuites");
  for (const auto& [name, members] : by_suite) {
    auto suite = root.append_child("testsuite");
    int failures = 0, skipped = 0;
    double seconds = 0;
    for (const auto* result : members) {
      failures += result->status == Status::failed;
      skipped += result->status == Status::skipped || result->status == Status::not_run;
      seconds += result->seconds;
    }
    suite.append_attribute("name") = plain_text(name).c_str();
    suite.append_attribute("tests") = static_cast<int>(members.size());
    suite.append_attribute("failures") = failures;
    suite.append_attribute("errors") = 0;
    suite.append_attribute("skipped") = skipped;
    suite.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
    add_properties(suite, members);
    for (const auto* result : members) add_case(suite, *result);
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace harness
