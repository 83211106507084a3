#include "suite/shared_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/child.h"
#include "base/error.h"
#include "suite/programs/record.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using End = Record::End;

constexpr auto kInterval = 20ms;
constexpr size_t kOutside = 16'000;  ///< bytes of it in a test's log

void append(const fs::path& log, std::string_view bytes) {
  std::ofstream(log, std::ios::binary | std::ios::app) << bytes;
}

Attempt failed(std::string reason) {
  return {.status = Attempt::Status::failed, .reason = std::move(reason)};
}

Attempt attempt_of(const Record::Entry& entry) {
  using Status = Attempt::Status;
  switch (entry.end) {
    case End::passed:
      return {.status = Status::passed, .reason = entry.reason, .earlier_failures = entry.earlier_failures};
    case End::skipped:
      return {.status = Status::skipped, .reason = entry.reason};
    case End::failed:
      return failed("failed");
    case End::none:
      break;
  }
  return failed("no proof that it passed: " +
                (entry.reason.empty() ? "the test began and did not end" : entry.reason));
}

}  // namespace

SharedRun::SharedRun(const Batch& batch, SharedProcess& process, Command command,
                     std::chrono::seconds timeout, BatchObserver& observer, Follower* follower)
    : batch_(batch),
      process_(process),
      command_(std::move(command)),
      timeout_(timeout),
      observer_(observer),
      follower_(follower),
      tests_(batch.tests.size()) {
  for (size_t i = 0; i < batch.tests.size(); ++i) numbers_[batch.tests[i]->id] = i;
}

BatchRest SharedRun::run(std::stop_token stop) {
  stop_ = stop;
  for (const auto& log : batch_.logs) fs::remove_all(log.string() + ".d");  // of an earlier run
  for (auto& test : tests_) test.began = std::chrono::system_clock::now();
  Child child(command_);
  last_event_ = Clock::now();
  while (!child.wait_for(kInterval)) {
    const auto now = Clock::now();  // what began later cannot be late yet
    process_.read(*this);
    if (stop.stop_requested() || stopped_)
      child.end(SIGTERM);
    else if (mark_late(now))
      child.end(command_.timeout_signal);
  }
  const auto problem = process_.end(*this);
  if (stop.stop_requested()) throw Cancelled();
  conclude(child.result(), problem);
  BatchRest rest{.well = well_};
  for (const auto& test : tests_) {
    if (test.doubtful) {
      rest.doubtful.push_back(number_of(test));
      if (test.cleared) rest.cleared.push_back(number_of(test));
    } else if (test.state != State::over) {
      rest.waiting.push_back(number_of(test));
    }
    if (follower_ && test.state == State::running) follower_->end(batch_.logs[number_of(test)]);
  }
  return rest;
}

SharedRun::Test* SharedRun::find(const std::string& id) {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &tests_[found->second];
}

/// Where another one runs meanwhile, or this one has run, the record is not the framework's own.
void SharedRun::began(const std::string& id) {
  last_event_ = Clock::now();
  auto* test = find(id);
  if (!test || test->doubtful || late_ || stopped_) return;
  const bool another_runs =
      std::any_of(running_.begin(), running_.end(), [](const Test* other) { return !other->waits; });
  if (another_runs || test->state != State::waiting) {
    test->doubtful = true;
    return;
  }
  settle_held();
  stopped_ = observer_.over() && !stop_.stop_requested();  // after a cancel what is still read counts
  *test = {.state = State::running,
           .began_here = true,
           .begin = last_event_,
           .began = std::chrono::system_clock::now()};
  running_.insert(test);
  const auto& log = batch_.logs[number_of(*test)];
  if (follower_) follower_->begin(log, batch_.tests[number_of(*test)]->full_name());
  std::ofstream(log, std::ios::binary | std::ios::trunc);
  observer_.began(number_of(*test));
}

void SharedRun::waits(const std::string& id, bool waiting) {
  auto* test = find(id);
  if (!test || test->state != State::running || test->waits == waiting) return;
  test->waits = waiting;
  test->begin = last_event_ = Clock::now();
}

void SharedRun::printed(const std::string& id, std::string_view bytes) {
  if (bytes.empty()) return;
  const auto* test = find(id);
  if (test && test->state != State::waiting) {
    append(batch_.logs[number_of(*test)], bytes);
    return;
  }
  outside_ += bytes;
  if (outside_.size() > 2 * kOutside) outside_.erase(0, outside_.size() - kOutside);
}

void SharedRun::ended(const Record::Entry& entry, double seconds) {
  last_event_ = Clock::now();
  failed_ = failed_ || entry.end == End::failed;
  auto* test = find(entry.id);
  if (!test || test->late) return;
  if (test->state != State::running) {
    test->doubtful = test->doubtful || test->began_here;  // of its two ends one is not the framework's own
    return;
  }
  running_.erase(test);
  if (test->doubtful) {
    test->state = State::waiting;
    return;
  }
  auto attempt = attempt_of(entry);
  attempt.seconds = seconds >= 0 ? seconds : std::chrono::duration<double>(last_event_ - test->begin).count();
  settle_held();
  if (attempt.status == Attempt::Status::failed) {
    settle(*test, std::move(attempt));
  } else {
    test->state = State::held;
    test->attempt = std::move(attempt);
    held_ = test;
  }
}

void SharedRun::skips(const std::string& id, const std::string& reason) {
  auto* test = find(id);
  if (!test || test->state != State::waiting || test->doubtful || stopped_ || stop_.stop_requested()) return;
  settle(*test, {.status = Attempt::Status::skipped, .reason = reason});
}

void SharedRun::doubts(const std::string& id) {
  if (auto* test = find(id)) test->doubtful = failed_ = true;
}

/// A failure of its own is one, also where another process has told that it passed.
void SharedRun::recorded(const Record::Entry& entry) {
  auto* test = find(entry.id);
  if (!test || test->late) return;
  if (entry.end != End::failed) {
    test->cleared = true;
    return;
  }
  test->doubtful = false;
  failed_ = true;
  if (test->state == State::over && test->attempt.status == Attempt::Status::failed) return;
  if (test == held_) held_ = nullptr;
  if (test->began_here) test->state = State::running;  // its log stays
  settle(*test, failed("failed"));
}

bool SharedRun::mark_late(Clock::time_point now) {
  if (late_) return false;
  bool any_runs = false;
  for (auto* test : running_) {
    if (test->waits) continue;
    any_runs = true;
    test->late = now - test->begin > timeout_;
    late_ = late_ || test->late;
  }
  if (!any_runs) late_ = now - last_event_ > timeout_;
  return late_;
}

void SharedRun::settle(Test& test, Attempt attempt) {
  const auto number = number_of(test);
  if (test.state == State::waiting) std::ofstream(batch_.logs[number], std::ios::binary | std::ios::trunc);
  if (test.state == State::waiting || &test == held_) append_outside(number);
  if (test.state == State::running && attempt.seconds == 0)
    attempt.seconds = std::chrono::duration<double>(Clock::now() - test.begin).count();
  if (follower_ && test.state != State::waiting) follower_->end(batch_.logs[number]);
  running_.erase(&test);
  test.state = State::over;
  test.attempt = attempt;
  std::error_code not_empty;
  fs::remove(batch_.logs[number].string() + ".d", not_empty);
  ++settled_;
  observer_.ended(number, attempt, test.began);
}

void SharedRun::settle_held() {
  if (!held_) return;
  auto& test = *std::exchange(held_, nullptr);
  if (!test.doubtful) return settle(test, std::move(test.attempt));
  if (follower_) follower_->end(batch_.logs[number_of(test)]);
  test.state = State::waiting;
}

void SharedRun::conclude(const ProcessResult& ended, const std::string& problem) {
  if (late_) {
    const auto reason = fmt::format("timed out after {}s", timeout_.count());
    bool any = false;
    for (auto& test : tests_)
      if (test.late) {
        settle(test, failed(reason));
        any = true;
      }
    if (!any) fail_last(reason);
  } else if (!stopped_) {
    const bool ended_well = !ended.signal && (ended.exit_code == 0 || (failed_ && ended.exit_code == 1));
    const bool any_ran =
        fail_running(problem.empty() ? "no proof that it passed: the test began and did not end"
                                     : unproved_reason(ended, "the process ended in the test"));
    const bool says_well = !ended.signal && ended.exit_code == 0;
    const bool doubted = !problem.empty() && says_well && doubt_passes();
    well_ = !any_ran && problem.empty() && ended_well;
    if (!any_ran && !well_ && !doubted) {
      fail_last(how_it_ended(ended) + (problem.empty() ? "" : " (" + problem + ")"));
      if (!problem.empty()) doubt_passes();
    }
  }
  settle_held();
  const bool any_doubtful =
      std::any_of(tests_.begin(), tests_.end(), [](const Test& test) { return test.doubtful; });
  if (settled_ == 0 && !any_doubtful && !stopped_)
    fail_waiting(
        unproved_reason(ended, problem.empty() ? "no test ran in a process that was to run it" : problem));
}

/// Those that wait for others are innocent, as long as there is another to blame.
bool SharedRun::fail_running(const std::string& reason) {
  bool any = false;
  for (const bool too : {false, true})
    for (auto& test : tests_)
      if (test.state == State::running && !test.doubtful &&
          (!test.waits || (too && settled_ == 0 && !held_))) {
        settle(test, failed(reason));
        any = true;
      }
  return any;
}

/// After the last test: what was to come at the end of the process is a part of it.
void SharedRun::fail_last(const std::string& how) {
  if (held_) {
    auto& test = *held_;
    const bool skipped = test.attempt.status == Attempt::Status::skipped;
    auto attempt =
        failed(fmt::format("{}, after the test had {}: it was the last one in a process that several share",
                           how, skipped ? "been skipped" : "passed"));
    attempt.seconds = test.attempt.seconds;
    test.doubtful = false;  // whoever told of it
    settle(test, std::move(attempt));
    held_ = nullptr;
  } else if (settled_ == 0) {
    fail_waiting(how + ", before any test began");
  }
}

/// Where no test ran when a process ended before its record, another one may have gone on in its place: one
/// that it has forked, or started. What that one says of tests is not proved.
bool SharedRun::doubt_passes() {
  if (process_.knows_who_speaks()) return false;
  if (held_) std::exchange(held_, nullptr)->state = State::waiting;
  bool any = false;
  for (auto& test : tests_)
    if (test.state != State::running && test.began_here && test.attempt.status != Attempt::Status::failed)
      any = test.doubtful = true;
  return any;
}

/// All that have not ended. They have one cause, and the first of them says when it was.
void SharedRun::fail_waiting(const std::string& reason) {
  for (auto& test : tests_) {
    if (test.state == State::over || test.doubtful) continue;
    if (settled_ > 0) test.began = {};
    settle(test, failed(reason));
  }
}

void SharedRun::append_outside(size_t test) const {
  if (outside_.empty()) return;
  append(batch_.logs[test], "--- what the process printed last outside of its tests ---\n" +
                                outside_.substr(outside_.size() - std::min(outside_.size(), kOutside)));
}

}  // namespace harness
