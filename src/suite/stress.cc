#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/pause.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/locks.h"
#include "suite/processes.h"
#include "suite/runner.h"

namespace harness {

namespace {

using namespace std::chrono_literals;
using Status = TestResult::Status;

class Stress {
 public:
  Stress(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal,
         std::stop_token stop)
      : settings_(settings), terminal_(terminal), stop_(std::move(stop)), results_(tests.size()) {
    std::filesystem::remove_all(dir_);  // of an earlier run
    create_folders(dir_);
    for (size_t i = 0; i < tests.size(); ++i) tests_.push_back(results_[i].test = &tests[i]);
  }

  std::vector<TestResult> all(int copies) {
    {
      const auto reporter =
          background([this](std::stop_token over) { report(over); }, [](const std::exception&) {});
      run_on_threads(static_cast<size_t>(copies), [this] { work(); });
    }
    terminal_.line(summary());
    refuse_missing_subtests(results_);
    return std::move(results_);
  }

 private:
  struct Held {
    Held(Locks& of, Locks::Names taken) : locks(of), names(std::move(taken)) { locks.take(names); }
    ~Held() { locks.give_back(names); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Locks& locks;
    const Locks::Names names;
  };

  void work() {
    const size_t limit =
        settings_.repeat > 0 ? results_.size() * static_cast<size_t>(settings_.repeat) : SIZE_MAX;
    for (size_t run;
         !stop_.stop_requested() && !(settings_.fail_fast && failures_ > 0) && (run = next_++) < limit;) {
      auto& result = results_[run % results_.size()];
      const auto log = dir_ / log_name(*result.test, fmt::format(".{}", run + 1));
      try {
        const Held held(locks_, Locks::of(*result.test));
        const auto before = run_before(*result.test, tests_);
        count(result, attempts_.run(*result.test, log, stop_, before), log, run + 1);
      } catch (const Cancelled&) {
        return;
      } catch (const std::exception& e) {
        count(result, {.reason = e.what()}, log, run + 1);
      }
    }
  }

  void count(TestResult& result, const Attempt& attempt, const std::filesystem::path& log, size_t run) {
    const std::lock_guard lock(mutex_);
    ++runs_;
    ++result.attempts;
    result.seconds += attempt.seconds;
    if (attempt.status != Attempt::Status::failed) {
      const bool passed = attempt.status == Attempt::Status::passed;
      if (result.status == Status::not_run || (result.status == Status::skipped && passed)) {
        result.status = passed ? Status::passed : Status::skipped;
        result.reason = attempt.reason;
      }
      remove_log(log);
      return;
    }
    ++failures_;
    result.status = Status::failed;
    if (result.failures++ == 0) {
      result.reason = attempt.reason;
      result.log = log;
    }
    terminal_.line(
        fmt::format("FAIL {} run {}: {}: {}", result.test->title(), run, attempt.reason, log.string()));
    if (settings_.on_progress) settings_.on_progress(results_);
  }

  void report(std::stop_token over) {
    while (!pause_for(5s, over)) terminal_.line(summary());
  }

  std::string summary() {
    const std::lock_guard lock(mutex_);
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    return fmt::format("{}: {} runs, {} failures ({:.2f}%), {:.1f} runs a second", format_seconds(seconds),
                       runs_, failures_.load(),
                       runs_ ? 100.0 * static_cast<double>(failures_) / static_cast<double>(runs_) : 0.0,
                       static_cast<double>(runs_) / seconds);
  }

  const RunSettings& settings_;
  Attempts attempts_{settings_.attempt};
  Locks locks_;
  Terminal& terminal_;
  const std::stop_token stop_;
  const std::filesystem::path dir_ = settings_.log_dir / "stress";
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::vector<const TestCase*> tests_;
  std::vector<TestResult> results_;
  std::atomic<size_t> next_ = 0, failures_ = 0;
  size_t runs_ = 0;
};

}  // namespace

std::vector<TestResult> stress_tests(const std::vector<TestCase>& tests, const RunSettings& settings,
                                     int copies, Terminal& terminal, std::stop_token stop) {
  return Stress(tests, settings, terminal, std::move(stop)).all(copies);
}

}  // namespace harness
