#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/programs/go_record.h"
#include "suite/recorded_case.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using End = RecordedCase::End;

std::string string_at(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

class Test2JsonReader {
 public:
  CaseRecord read(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with('{')) continue;
      const auto event = Json::parse(line, nullptr, false);
      if (event.is_discarded())
        problem("a line of it is not JSON, or was cut off: " + one_line(line.substr(0, 80)));
      else if (event.is_object())
        take(event);
    }
    return finish();
  }

 private:
  struct Package {
    std::string end;
    bool test_failed = false;
  };

  void problem(const std::string& text) {
    if (record_.problem.empty()) record_.problem = text;
  }

  void take(const Json& event) {
    const auto action = string_at(event, "Action"), package = string_at(event, "Package"),
               test = string_at(event, "Test");
    if (action.empty() || action.starts_with("build-")) return;
    auto& of_package = packages_[package];
    const bool is_end = action == "pass" || action == "fail" || action == "skip";
    if (test.empty()) {
      if (is_end) of_package.end = action;
      return;
    }
    auto& one = case_of(package, test, action == "run");
    if (action == "output") one.output += string_at(event, "Output");
    if (!is_end) return;
    one.end = action == "pass" ? End::passed : action == "fail" ? End::failed : End::skipped;
    const auto seconds = event.find("Elapsed");
    if (seconds != event.end() && seconds->is_number()) one.seconds = seconds->get<double>();
    one.reason = one.end == End::passed ? "" : why(one);
    if (one.end == End::failed) of_package.test_failed = true;
  }

  static std::string why(const RecordedCase& one) {
    const auto said = last_logged(one.output);
    if (!said.empty()) return said.substr(0, said.find('\n'));
    return one.end == End::failed ? "failed" : "skipped by the test";
  }

  /// Until it ends, it has failed. A test that runs once more (-count=2) is a case more.
  RecordedCase& case_of(const std::string& package, const std::string& test, bool begins) {
    const auto [found, is_new] = cases_.emplace(std::pair{package, test}, record_.cases.size());
    if (!is_new && !begins) return record_.cases[found->second];
    found->second = record_.cases.size();
    record_.cases.push_back(
        {.suite = package, .class_name = package, .name = test, .reason = "it began and did not end"});
    return record_.cases.back();
  }

  CaseRecord finish() {
    for (const auto& [name, package] : packages_) {
      if (package.end.empty()) problem("the package " + name + " began and did not end");
      if (package.end == "fail" && !package.test_failed)
        problem("the package " + name + " failed, but none of its tests did");
    }
    return std::move(record_);
  }

  std::map<std::string, Package> packages_;
  std::map<std::pair<std::string, std::string>, size_t> cases_;
  CaseRecord record_;
};

}  // namespace

CaseRecord test2json_record(const std::string& text) { return Test2JsonReader().read(text); }

}  // namespace harness
