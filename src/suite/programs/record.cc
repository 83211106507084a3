#include "suite/programs/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "suite/names.h"

namespace harness {

namespace {

using End = Record::End;

constexpr size_t kNamed = 3;

/// "no test ran", "other tests ran: a, b and 3 more"
std::string others(const std::vector<Record::Entry>& entries) {
  if (entries.empty()) return "no test ran";
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(shown_name(join(split(entry.id, '\0'), ".")));
  return "this test did not run, others did: " + first_of(std::move(names), kNamed);
}

/// Of the entries of one id: the worst counts.
Record::Entry worst(const std::vector<const Record::Entry*>& entries) {
  for (const auto end : {End::failed, End::none, End::skipped})
    for (const auto* entry : entries)
      if (entry->end == end) return *entry;
  return *entries.front();
}

Attempt failed(std::string reason) {
  return {.status = Attempt::Status::failed, .reason = std::move(reason)};
}

}  // namespace

std::string how_it_ended(const ProcessResult& ended) {
  return ended.signal ? fmt::format("killed by signal {}", ended.signal)
                      : fmt::format("exit code {}", ended.exit_code);
}

std::string unproved_reason(const ProcessResult& ended, const std::string& problem) {
  if (ended.signal || ended.exit_code != 0) return how_it_ended(ended) + " (" + problem + ")";
  return "exit code 0, but no proof that it passed: " + problem;
}

Attempt judge(const TestCase& test, const Record& record, const ProcessResult& ended, int timeout_seconds) {
  if (ended.timed_out) return failed(fmt::format("timed out after {}s", timeout_seconds));
  if (!record.problem.empty()) return failed(unproved_reason(ended, record.problem));
  std::vector<const Record::Entry*> own;
  bool other_failed = false;
  for (const auto& entry : record.entries) {
    if (entry.id == test.id)
      own.push_back(&entry);
    else
      other_failed = other_failed || entry.end == End::failed;
  }
  if (own.empty()) return failed(unproved_reason(ended, others(record.entries)));
  const auto entry = worst(own);
  if (entry.end == End::none)
    return failed(
        unproved_reason(ended, entry.reason.empty() ? "the test began and did not end" : entry.reason));
  if (entry.end == End::failed)
    return failed(ended.exit_code == 0 ? "failed, though the process ended with exit code 0"
                                       : how_it_ended(ended));
  const bool ended_well = !ended.signal && (ended.exit_code == record.exit_code ||
                                            (other_failed && ended.exit_code == record.failed_exit_code));
  const bool skipped = entry.end == End::skipped;
  if (!ended_well)
    return failed(
        fmt::format("{} (after the test had {})", how_it_ended(ended), skipped ? "been skipped" : "passed"));
  return {.status = skipped ? Attempt::Status::skipped : Attempt::Status::passed,
          .reason = skipped || entry.earlier_failures > 0 ? entry.reason : "",
          .earlier_failures = entry.earlier_failures};
}

}  // namespace harness
