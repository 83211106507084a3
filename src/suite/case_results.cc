#include "suite/case_results.h"

#include <fstream>
#include <utility>

#include "base/files.h"
#include "base/plain_text.h"
#include "suite/names.h"

namespace harness {

namespace {

using End = RecordedCase::End;
using Status = TestResult::Status;

TestCase test_of(const TestCase& entry, const CaseName& name, const RecordedCase& one) {
  const auto& program = *entry.program;
  return {
      .program = &program,
      .suite = shown_name(program.name) + (name.class_name.empty() ? "" : "/" + shown_name(name.class_name)),
      .name = shown_name(name.name),
      .labels = entry.labels,
      .owner = entry.owner,
      .file = one_line(one.file),
      .line = one.line};
}

}  // namespace

TestResult& CaseResults::result_of(const TestResult& entry, const CaseName& name, const RecordedCase& one) {
  auto test = test_of(*entry.test, name, one);
  const auto [found, is_new] = numbers_.emplace(test.full_name(), results_.size());
  if (is_new) {
    TestResult result;
    result.recorded = std::make_shared<const TestCase>(std::move(test));
    result.test = result.recorded.get();
    results_.push_back(std::move(result));
  }
  return results_[found->second];
}

void CaseResults::note(const TestResult& entry, const Attempt& attempt,
                       const std::function<std::filesystem::path(const TestCase&)>& log_of) {
  const auto names = names_of_cases(attempt.cases);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto& one = attempt.cases[i];
    auto& result = result_of(entry, names[i], one);
    const bool failed = one.end == End::failed;
    const int failures = one.earlier_failures + failed;
    if (failures > 0 && result.failures == 0) {
      result.reason = one.reason;
      result.log.clear();
    }
    result.attempts += 1 + one.earlier_failures;
    result.failures += failures;
    result.seconds += one.seconds;
    for (const auto& [key, value] : one.properties) result.properties[key] = value;
    if (result.log.empty() && !one.output.empty()) {
      result.log = log_of(*result.test);
      write_file_atomically(result.log, one.output);
    }
    if (result.log.empty()) result.log = entry.log;
    if (failed && result.seen.empty()) result.seen = entry.seen;
    if (one.end == End::skipped && result.reason.empty()) result.reason = one.reason;
    auto& round = round_[static_cast<size_t>(numbers_.at(result.test->full_name()))];
    round.last = one.end;
    round.failures += failures;
  }
}

void CaseResults::end_round(const std::function<void(const TestResult&, End)>& tell) {
  for (const auto& [number, round] : std::exchange(round_, {})) {
    auto& result = results_[number];
    const bool skipped_later = round.last == End::skipped && round.failures > 0;  // is no proof
    if (round.last == End::failed || skipped_later)
      result.status = Status::failed;
    else if (round.failures > 0 && result.status != Status::failed)
      result.status = Status::flaky;
    else if (result.status == Status::not_run ||
             (result.status == Status::skipped && round.last == End::passed))
      result.status = round.last == End::skipped ? Status::skipped : Status::passed;
    if (result.status == Status::passed) result.reason.clear();
    tell(result, round.last);
  }
}

std::vector<TestResult> told(const std::vector<TestResult>& results) {
  std::vector<TestResult> some;
  for (const auto& result : results)
    if (!result.told_by_cases) some.push_back(result);
  return some;
}

}  // namespace harness
