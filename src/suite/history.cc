#include "suite/history.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "suite/names.h"

namespace harness {

using Json = nlohmann::json;

History::History(std::filesystem::path file) : file_(std::move(file)) {
  if (!std::filesystem::exists(file_)) return;
  const auto json = Json::parse(read_file(file_), nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [name, entry] : json.items()) {
    const auto seconds = entry.is_object() ? entry.find("seconds") : entry.end();
    const auto failed = entry.is_object() ? entry.find("failed") : entry.end();
    if (seconds != entry.end() && seconds->is_number() && failed != entry.end() && failed->is_boolean())
      entries_[name] = {*failed, *seconds};
  }
}

std::set<std::string> History::failed() const {
  std::set<std::string> names;
  for (const auto& [name, entry] : entries_)
    if (entry.failed) names.insert(name);
  return names;
}

std::map<std::string, double> History::seconds() const {
  std::map<std::string, double> all;
  for (const auto& [name, entry] : entries_) all[name] = entry.seconds;
  return all;
}

/// Cases of which only a record tells, and which it has no longer.
void History::forget_old_cases(const std::vector<TestResult>& results) {
  std::set<std::string> commands;
  for (const auto& result : results)
    if (result.recorded) commands.insert(shown_name(result.test->program->name) + "/");
  for (const auto& prefix : commands)
    std::erase_if(entries_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

/// Of which tests ran since.
void History::forget_broken_packages(const std::vector<TestResult>& results) {
  for (const auto& result : results)
    if (result.test->is_of_go() && !result.test->breakage && result.status != TestResult::Status::not_run)
      entries_.erase(result.test->suite + "/" + kBrokenPackage);
}

/// Some sub-tests of a Go test that passed say nothing of the whole.
void History::add(const std::vector<TestResult>& results) {
  forget_old_cases(results);
  forget_broken_packages(results);
  for (const auto& result : results) {
    const bool not_run = result.status == TestResult::Status::not_run;
    const bool failed = result.status == TestResult::Status::failed ||
                        (not_run && result.failures > 0);  // interrupted in a retry
    if (result.recorded && failed) {                       // chosen by its entry
      auto& entry = entries_[shown_name(result.test->program->name)];
      entry.failed = true;
    }
    auto test = *result.test;
    const bool in_part = !test.subtests.empty() || !test.without_subtests.empty();
    test.subtests.clear();
    if (failed || (!not_run && !in_part))
      entries_[test.full_name()] = {failed, result.attempts ? result.seconds / result.attempts : 0};
  }
  Json json = Json::object();
  for (const auto& [name, entry] : entries_)
    json[name] = {{"failed", entry.failed}, {"seconds", entry.seconds}};
  write_file_atomically(file_, json.dump(1) + "\n");
}

}  // namespace harness
