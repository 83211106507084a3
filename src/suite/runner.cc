#include "suite/runner.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/case_results.h"
#include "suite/follow.h"
#include "suite/locks.h"
#include "suite/names.h"
#include "suite/processes.h"
#include "suite/shared_run.h"

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
  Run(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal,
      std::stop_token stop)
      : settings_(settings), terminal_(terminal), stop_(std::move(stop)), results_(tests.size()) {
    create_folders(settings.log_dir);
    std::filesystem::remove_all(settings.log_dir / "processes");
    for (const auto& entry : std::filesystem::directory_iterator(settings.log_dir))  // of earlier runs
      if (is_of_later_attempt(entry.path().filename().string())) std::filesystem::remove_all(entry.path());
    if (settings.stream) attempt_settings_.follower = &follower_.emplace(terminal);
    for (size_t i = 0; i < tests.size(); ++i) {
      auto& result = results_[i];
      result.test = &tests[i];
      tests_.push_back(&tests[i]);
      const auto& labels = tests[i].labels;
      (has_label(labels, "disruptive") ? disruptive_
       : has_label(labels, "serial")   ? serial_
                                       : parallel_)
          .push_back(&result);
    }
  }

  std::vector<TestResult> all() {
    auto again = background([this](std::stop_token over) { offer_again(over); },
                            [this](const std::exception& e) {
                              terminal_.info(std::string("keys are not read any more: ") + e.what());
                            });
    for (round_ = 1; (settings_.until_it_fails || round_ <= settings_.repeat) && !over(); ++round_) {
      const auto begin = std::chrono::steady_clock::now();
      side_by_side(parallel_, settings_.jobs);
      side_by_side(serial_, 1);
      side_by_side(disruptive_, 1);
      if (settings_.until_it_fails && !stop_.stop_requested())
        terminal_.line(fmt::format(
            "attempt {}: {} ({})", round_, failed_ ? "failed" : "passed",
            format_seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count())));
      if (settings_.until_it_fails && failed_) break;
    }
    again = {};
    refuse_missing_subtests(results_);
    for (auto& result : results_)
      if (result.status == Status::not_run && result.reason.empty() && failed_ && settings_.fail_fast)
        result.reason = "not run: -fail-fast, and another test failed";
    return with_cases();
  }

 private:
  using Results = std::vector<TestResult*>;

  std::vector<TestResult> with_cases() const {
    if (cases_.empty()) return results_;
    std::vector<TestResult> all;
    for (const auto& result : results_) {
      all.push_back(result);
      const auto found = cases_.find(&result);
      if (found == cases_.end()) continue;
      for (auto& one : found->second.all()) all.push_back(std::move(one));
    }
    return all;
  }

  double last_seconds(const TestCase& test) const {
    const auto found = settings_.last_seconds.find(test.full_name());
    return found == settings_.last_seconds.end() ? -1 : found->second;
  }
  bool over() const { return stop_.stop_requested() || (settings_.fail_fast && failed_); }

  void side_by_side(const Results& group, int jobs) {
    std::vector<const TestCase*> tests;
    for (const auto* result : group) tests.push_back(result->test);
    auto processes = divided_into_processes(tests, static_cast<size_t>(jobs),
                                            [this](const TestCase& test) { return last_seconds(test); });
    const bool one_by_one = &group != &parallel_;
    if (one_by_one || settings_.shuffle) sort_as_listed(processes);
    auto turns = divided_into_turns(tests, processes);
    if (settings_.shuffle) shuffle(turns);
    std::vector<Locks::Names> locks;
    std::list<size_t> waiting;
    for (const auto& turn : turns) {
      waiting.push_back(waiting.size());
      locks.push_back(Locks::of(*tests[turn[0][0]]));
    }
    auto worker = [&] {
      const auto names_of = [&](size_t i) -> const Locks::Names& { return locks[i]; };
      for (std::optional<size_t> i; !over() && (i = locks_.take_first(waiting, names_of));) {
        take_turn(turns[*i], group, one_by_one);
        locks_.give_back(locks[*i]);
      }
    };
    run_on_threads(std::min(turns.size(), static_cast<size_t>(jobs)), worker);
  }

  void take_turn(const Turn& turn, const Results& group, bool one_by_one) {
    for (const auto& process : turn) {
      if (over()) return;
      Results of_one;
      for (const auto position : process) of_one.push_back(group[position]);
      const bool in_order = one_by_one || of_one[0]->test->program->in_file_order;
      if (of_one.size() == 1)
        run_one(*of_one[0]);
      else
        run_together(std::move(of_one), in_order);
    }
  }

  /// The same for the same number, whatever the library does.
  void shuffle(std::vector<Turn>& turns) {
    for (size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[random_() % i]);
  }

  /// What becomes of tests in one process, and which of them are to be tried in one of their own.
  class Together : public BatchObserver {
   public:
    Together(Run& run, Results results) : run_(run), results_(std::move(results)) {
      for (const auto* result : results_) before_.push_back(*result);
    }
    void began(size_t i) override {
      tasks_.emplace(i, run_.terminal_.start("test", results_[i]->test->full_name()));
    }
    void ended(size_t i, const Attempt& attempt, std::chrono::system_clock::time_point began) override {
      tasks_.erase(i);
      auto& result = *results_[i];
      if (result.attempts > before_[i].attempts) restore(i);  // this is what counts
      run_.note(result, attempt, run_.next_log(result), began);
      if (attempt.status == Attempt::Status::failed && run_.settings_.retry > 0)
        failed.emplace_back(&result, attempt);
      else
        run_.finish(result, attempt, false);
    }
    bool over() const override { return run_.over(); }
    void interrupted() {
      for (const auto& [i, task] : tasks_) run_.interrupt(*results_[i]);
    }
    /// What was said of these does not count.
    void take_back(const std::vector<size_t>& positions) {
      if (positions.empty()) return;
      for (const auto i : positions) {
        if (results_[i]->attempts > before_[i].attempts)
          run_.terminal_.info(results_[i]->test->full_name() +
                              " runs again, in a process of its own: another process may have reported it");
        restore(i);
      }
      const std::lock_guard lock(run_.mutex_);
      run_.failed_ = std::any_of(run_.results_.begin(), run_.results_.end(),
                                 [](const auto& result) { return result.status == Status::failed; });
    }
    Results at(const std::vector<size_t>& positions) const {
      Results some;
      for (const auto i : positions) some.push_back(results_[i]);
      return some;
    }
    std::vector<std::pair<TestResult*, Attempt>> failed;

   private:
    /// It is as it was before.
    void restore(size_t i) {
      const std::lock_guard lock(run_.mutex_);
      std::erase_if(failed, [&](const auto& one) { return one.first == results_[i]; });
      *results_[i] = before_[i];
    }

    Run& run_;
    const Results results_;
    std::vector<TestResult> before_;
    std::map<size_t, Terminal::Task> tasks_;
  };

  /// The turn of tests that share a process, and another one where that ends early.
  void run_together(Results waiting, bool one_by_one) {
    Results alone;
    std::vector<std::pair<TestResult*, Attempt>> failed;
    while (!waiting.empty() && !over()) {
      Batch batch{.log = settings_.log_dir / "processes" / fmt::format("{}.log", ++processes_),
                  .one_by_one = one_by_one,
                  .fail_fast = settings_.fail_fast && settings_.retry == 0};
      create_folders(batch.log.parent_path());
      for (const auto* result : waiting) {
        batch.tests.push_back(result->test);
        batch.logs.push_back(next_log(*result));
      }
      Together together(*this, waiting);
      try {
        const auto rest = attempts_.run_together(batch, together, stop_);
        waiting = together.at(rest.waiting);
        together.take_back(rest.cleared);
        const auto doubtful = together.at(rest.doubtful);
        alone.insert(alone.end(), doubtful.begin(), doubtful.end());
      } catch (const Cancelled&) {
        return together.interrupted();
      } catch (const std::exception& e) {
        for (auto* result : std::exchange(waiting, {})) finish(*result, {.reason = e.what()}, false);
      }
      failed.insert(failed.end(), together.failed.begin(), together.failed.end());
    }
    for (const auto& [result, attempt] : failed) with_task(*result, [&] { retry(*result, attempt); });
    for (auto* result : alone)
      if (!over()) run_one(*result);
  }

  /// A test's turn in a round, in a process of its own.
  void run_one(TestResult& result) {
    with_task(result, [&] { retry(result, try_once(result)); });
  }

  template <typename Work>
  void with_task(TestResult& result, Work work) {
    auto task = terminal_.start("test", result.test->full_name());
    try {
      work();
    } catch (const Cancelled&) {
      interrupt(result);
    } catch (const std::exception& e) {
      finish(result, {.reason = e.what()}, false);
    }
  }

  void interrupt(TestResult& result) {
    const std::lock_guard lock(mutex_);
    if (result.status == Status::not_run && result.failures == 0) result.reason = "interrupted";
    end_round_of_cases(result);
  }

  /// Where `attempt` has failed, up to the retries, each in a process of its own.
  void retry(TestResult& result, Attempt attempt) {
    bool retried = false;
    const int most = result.test->breakage ? 0 : settings_.retry;
    for (int retry = 0; attempt.status == Attempt::Status::failed && retry < most && !over(); ++retry) {
      terminal_.line(fmt::format("FAIL {} ({}): {}; trying again", result.test->title(),
                                 format_seconds(attempt.seconds), attempt.reason));
      attempt = try_once(result);
      retried = true;
    }
    if (retried && attempt.status == Attempt::Status::skipped)
      attempt = {.seconds = attempt.seconds, .reason = "it failed, and was skipped when it was tried again"};
    finish(result, attempt, retried && attempt.status != Attempt::Status::failed);
  }

  std::filesystem::path next_log(const TestResult& result) const {
    return settings_.log_dir / log_name(*result.test, result.attempts == 0
                                                          ? ""
                                                          : fmt::format(".attempt-{}", result.attempts + 1));
  }

  Attempt try_once(TestResult& result) {
    const auto log = next_log(result);
    const auto began = std::chrono::system_clock::now();
    const auto attempt = attempts_.run(*result.test, log, stop_, run_before(*result.test, tests_));
    note(result, attempt, log, began);
    return attempt;
  }

  void note(TestResult& result, const Attempt& attempt, const std::filesystem::path& log,
            std::chrono::system_clock::time_point began) {
    std::vector<std::string> seen;
    const bool is_new = attempt.status == Attempt::Status::failed && result.failures == 0 &&
                        began != std::chrono::system_clock::time_point{};
    if (is_new && settings_.on_failure && !result.test->breakage)
      seen = settings_.on_failure(*result.test, log.string() + ".d/cluster", began);
    const std::lock_guard lock(mutex_);
    if (!seen.empty()) result.seen = std::move(seen);
    const bool failed = attempt.status == Attempt::Status::failed;
    const int failures = attempt.earlier_failures + failed;
    result.told_by_cases = attempt.told_by_cases && (result.attempts == 0 || result.told_by_cases);
    result.attempts += 1 + attempt.earlier_failures;
    result.seconds += attempt.seconds;
    for (const auto& [key, value] : attempt.properties) result.properties[key] = value;
    if (failures > 0 && result.failures == 0) result.reason = attempt.reason;
    result.failures += failures;
    if (result.log.empty() || (failed && result.failures == 1))
      result.log = log;
    else if (!failed)
      remove_log(log);
    if (!attempt.cases.empty())
      cases_[&result].note(result, attempt,
                           [this](const TestCase& test) { return settings_.log_dir / log_name(test, ""); });
  }

  /// Call with the mutex held.
  void end_round_of_cases(const TestResult& result) {
    const auto found = cases_.find(&result);
    if (found == cases_.end()) return;
    found->second.end_round([this](const TestResult& one, RecordedCase::End end) {
      using End = RecordedCase::End;
      const bool flaky = one.status == Status::flaky && end == End::passed;
      show(end == End::failed    ? "FAIL"
           : flaky               ? "FLAKY"
           : end == End::skipped ? "SKIP"
                                 : "PASS",
           *one.test, one.attempts > 0 ? one.seconds / one.attempts : 0,
           end == End::skipped ? one.reason : "");
    });
  }

  void show(const std::string& word, const TestCase& test, double seconds, const std::string& why_skipped) {
    if (settings_.until_it_fails && word != "FAIL") return;
    terminal_.line(fmt::format("{} {} ({}){}{}", word, test.title(), format_seconds(seconds),
                               round_ > 1 ? fmt::format(" #{}", round_) : "",
                               why_skipped.empty() ? "" : ": " + one_line(why_skipped)));
  }

  /// `retried`: the attempt did not fail, after one that did.
  void finish(TestResult& result, const Attempt& attempt, bool retried) {
    const std::lock_guard lock(mutex_);
    const bool failed = attempt.status == Attempt::Status::failed;
    const bool flaky = !failed && (retried || attempt.earlier_failures > 0);
    if (failed && result.reason.empty()) result.reason = attempt.reason;
    if (failed)
      result.status = Status::failed;
    else if (flaky && result.status != Status::failed)
      result.status = Status::flaky;
    else if (result.status == Status::not_run ||
             (result.status == Status::skipped && attempt.status == Attempt::Status::passed))
      result.status = attempt.status == Attempt::Status::skipped ? Status::skipped : Status::passed;
    if (result.status == Status::skipped)
      result.reason = attempt.reason;
    else if (result.status == Status::passed)
      result.reason.clear();
    const bool skipped = attempt.status == Attempt::Status::skipped;
    failed_ = failed_ || failed;
    end_round_of_cases(result);
    if (!result.told_by_cases)
      show(failed    ? "FAIL"
           : flaky   ? "FLAKY"
           : skipped ? "SKIP"
                     : "PASS",
           *result.test, attempt.seconds, skipped ? attempt.reason : "");
    offer();
  }

  /// Call with the mutex held.
  void offer() {
    if (!settings_.on_progress) return;
    refused_ = !(cases_.empty() ? settings_.on_progress(results_) : settings_.on_progress(with_cases()));
  }

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
  std::vector<const TestCase*> tests_;
  std::vector<TestResult> results_;
  Locks locks_;
  std::mt19937 random_{settings_.shuffle.value_or(0)};
  std::map<const TestResult*, CaseResults> cases_;  ///< of those of which only a record tells
  Results parallel_, serial_, disruptive_;
  std::atomic<size_t> processes_ = 0;  ///< that tests have shared
  std::mutex mutex_;                   ///< of results_, while tests run
  bool refused_ = false;               ///< by on_progress, the last time
  std::atomic<bool> failed_ = false;
  int round_ = 1;
};

}  // namespace

std::vector<TestResult> run_tests(const std::vector<TestCase>& tests, const RunSettings& settings,
                                  Terminal& terminal, std::stop_token stop) {
  return Run(tests, settings, terminal, std::move(stop)).all();
}

void refuse_missing_subtests(std::vector<TestResult>& results) {
  const bool none_ran = std::all_of(results.begin(), results.end(),
                                    [](const auto& result) { return result.status == Status::skipped; });
  for (auto& result : results)
    if (none_ran && !result.test->subtests.empty()) result.status = Status::failed;
}

void remove_log(const std::filesystem::path& log) {
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  std::filesystem::remove_all(log.string() + ".d", ignored);
}

std::string log_name(const TestCase& test, const std::string& suffix) {
  return file_name_for(test.full_name()) + suffix + ".log";
}

}  // namespace harness
