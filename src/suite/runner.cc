#include "suite/runner.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/follow.h"
#include "suite/names.h"
#include "suite/plain_text.h"

namespace harness {

namespace {

using Status = TestResult::Status;

constexpr auto kOfferAgain = std::chrono::milliseconds(100);

bool is_of_later_attempt(const std::string& file) {
  static const RE2 later(".*\\.attempt-[0-9]+\\.log(\\.d)?");
  return RE2::FullMatch(file, later);
}

class Run {
 public:
  Run(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal, std::stop_token stop)
      : settings_(settings), terminal_(terminal), stop_(std::move(stop)), results_(tests.size()) {
    create_folders(settings.log_dir);
    for (const auto& entry : std::filesystem::directory_iterator(settings.log_dir))  // of earlier runs
      if (is_of_later_attempt(entry.path().filename().string())) std::filesystem::remove_all(entry.path());
    if (settings.stream) attempt_settings_.follower = &follower_.emplace(terminal);
    std::vector<TestResult*> order;
    for (size_t i = 0; i < tests.size(); ++i) {
      results_[i].test = &tests[i];
      order.push_back(&results_[i]);
    }
    std::stable_sort(order.begin(), order.end(), [this](auto* a, auto* b) { return last_seconds(*a) > last_seconds(*b); });
    for (auto* result : order) {
      const auto& labels = result->test->labels;
      (has_label(labels, "disruptive") ? disruptive_ : has_label(labels, "serial") ? serial_ : parallel_).push_back(result);
    }
  }

  std::vector<TestResult> all() {
    auto again = background([this](std::stop_token over) { offer_again(over); }, [this](const std::exception& e) { terminal_.info(std::string("keys are not read any more: ") + e.what()); });
    for (round_ = 1; (settings_.until_it_fails || round_ <= settings_.repeat) && !over(); ++round_) {
      const auto begin = std::chrono::steady_clock::now();
      side_by_side(parallel_, settings_.jobs);
      side_by_side(serial_, 1);
      side_by_side(disruptive_, 1);
      if (settings_.until_it_fails && !stop_.stop_requested())
        terminal_.line(fmt::format("attempt {}: {} ({})", round_, failed_ ? "failed" : "passed",
                                   format_seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count())));
      if (settings_.until_it_fails && failed_) break;
    }
    again = {};
    refuse_missing_subtests(results_);
    for (auto& result : results_)
      if (result.status == Status::not_run && result.reason.empty() && failed_ && settings_.fail_fast) result.reason = "not run: -fail-fast, and another test failed";
    return std::move(results_);
  }

 private:
  double last_seconds(const TestResult& result) const {
    const auto found = settings_.last_seconds.find(result.test->full_name());
    return found == settings_.last_seconds.end() ? 0 : found->second;
  }
  bool over() const { return stop_.stop_requested() || (settings_.fail_fast && failed_); }

  void side_by_side(const std::vector<TestResult*>& group, int jobs) {
    std::atomic<size_t> next = 0;
    auto worker = [&] {
      for (size_t i; (i = next++) < group.size() && !over();) run_one(*group[i]);
    };
    run_on_threads(std::min(group.size(), static_cast<size_t>(jobs)), worker);
  }

  /// A test's turn in a round: its attempt, and where that fails, the retries.
  void run_one(TestResult& result) {
    auto task = terminal_.start("test", result.test->full_name());
    try {
      auto attempt = try_once(result);
      bool retried = false;
      for (int retry = 0; attempt.status == Attempt::Status::failed && retry < settings_.retry && !over(); ++retry) {
        terminal_.line(fmt::format("FAIL {} ({}): {}; trying again", result.test->title(), format_seconds(attempt.seconds), attempt.reason));
        attempt = try_once(result);
        retried = true;
      }
      if (retried && attempt.status == Attempt::Status::skipped) attempt = {.seconds = attempt.seconds, .reason = "it failed, and was skipped when it was tried again"};
      finish(result, attempt, retried && attempt.status != Attempt::Status::failed);
    } catch (const Cancelled&) {
      const std::lock_guard lock(mutex_);
      if (result.status == Status::not_run && result.failures == 0) result.reason = "interrupted";
    } catch (const std::exception& e) {
      finish(result, {.reason = e.what()}, false);
    }
  }

  Attempt try_once(TestResult& result) {
    const auto log = settings_.log_dir / log_name(*result.test, result.attempts == 0 ? "" : fmt::format(".attempt-{}", result.attempts + 1));
    const auto began = std::chrono::system_clock::now();
    const auto attempt = attempts_.run(*result.test, log, stop_);
    std::vector<std::string> seen;
    if (attempt.status == Attempt::Status::failed && result.failures == 0 && settings_.on_failure) seen = settings_.on_failure(log.string() + ".d/cluster", began);
    const std::lock_guard lock(mutex_);
    if (!seen.empty()) result.seen = std::move(seen);
    ++result.attempts;
    result.seconds += attempt.seconds;
    const bool failed = attempt.status == Attempt::Status::failed;
    if (failed && result.failures++ == 0) result.reason = attempt.reason;
    if (result.log.empty() || (failed && result.failures == 1))
      result.log = log;
    else if (!failed)
      remove_log(log);
    return attempt;
  }

  /// `flaky`: the attempt passed after one that failed.
  void finish(TestResult& result, const Attempt& attempt, bool flaky) {
    const std::lock_guard lock(mutex_);
    const bool failed = attempt.status == Attempt::Status::failed;
    if (failed && result.reason.empty()) result.reason = attempt.reason;
    if (failed)
      result.status = Status::failed;
    else if (flaky && result.status != Status::failed)
      result.status = Status::flaky;
    else if (result.status == Status::not_run || (result.status == Status::skipped && attempt.status == Attempt::Status::passed))
      result.status = attempt.status == Attempt::Status::skipped ? Status::skipped : Status::passed;
    if (result.status == Status::skipped)
      result.reason = attempt.reason;
    else if (result.status == Status::passed)
      result.reason.clear();
    const char* word = failed ? "FAIL" : flaky ? "FLAKY" : attempt.status == Attempt::Status::skipped ? "SKIP" : "PASS";
    failed_ = failed_ || failed;
    if (!settings_.until_it_fails || failed)
      terminal_.line(fmt::format("{} {} ({}){}{}", word, result.test->title(), format_seconds(attempt.seconds), round_ > 1 ? fmt::format(" #{}", round_) : "",
                                 attempt.status == Attempt::Status::skipped && !attempt.reason.empty() ? ": " + one_line(attempt.reason) : ""));
    offer();
  }

  /// Call with the mutex held.
  void offer() { refused_ = settings_.on_progress && !settings_.on_progress(results_); }

  /// What was not taken when it was new, until it is.
  void offer_again(std::stop_token over) {
    std::condition_variable_any wake;
    std::unique_lock lock(mutex_);
    while (!wake.wait_for(lock, over, kOfferAgain, [] { return false; }) && !over.stop_requested())
      if (refused_) offer();
  }

  const RunSettings& settings_;
  AttemptSettings attempt_settings_{settings_.attempt};
  std::optional<Follower> follower_;
  Attempts attempts_{attempt_settings_};
  Terminal& terminal_;
  const std::stop_token stop_;
  std::vector<TestResult> results_;
  std::vector<TestResult*> parallel_, serial_, disruptive_;
  std::mutex mutex_;  ///< of results_, while tests run
  bool refused_ = false;  ///< by on_progress, the last time
  std::atomic<bool> failed_ = false;
  int round_ = 1;
};

}  // namespace

std::vector<TestResult> run_tests(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal, std::stop_token stop) {
  return Run(tests, settings, terminal, std::move(stop)).all();
}

void refuse_missing_subtests(std::vector<TestResult>& results) {
  const bool none_ran = std::all_of(results.begin(), results.end(), [](const auto& result) { return result.status == Status::skipped; });
  for (auto& result : results)
    if (none_ran && !result.test->subtests.empty()) result.status = Status::failed;
}

void remove_log(const std::filesystem::path& log) {
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  std::filesystem::remove_all(log.string() + ".d", ignored);
}

std::string log_name(const TestCase& test, const std::string& suffix) { return file_name_for(test.full_name()) + suffix + ".log"; }

}  // namespace harness
