#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/attempt.h"
#include "suite/follow.h"
#include "suite/programs/shared.h"

namespace harness {

/// Tests that one process is to run; numbers are positions in `tests`.
struct Batch {
  std::vector<const TestCase*> tests;
  std::vector<std::filesystem::path> logs;  ///< of each
  std::filesystem::path log;                ///< of the process; it stays where that ended badly
  bool one_by_one = false;
  bool fail_fast = false;
};

/// Is told what becomes of them, on the thread that runs them.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  virtual void began(size_t test) = 0;
  /// `began` is the epoch where the cause is that of a test that was told before.
  virtual void ended(size_t test, const Attempt& attempt, std::chrono::system_clock::time_point began) = 0;
  /// Whether no further test is to begin.
  virtual bool over() const = 0;
};

/// What is left once the process has ended. Of a batch at least one test has ended, unless it is over.
struct BatchRest {
  std::vector<size_t> waiting;   ///< did not begin, or was ended by what another one did
  bool well = false;             ///< the process ended as its tests did
  std::vector<size_t> doubtful;  ///< the record contradicts itself: to be run in a process of its own
  std::vector<size_t> cleared;   ///< of these: the process itself recorded no failure, whatever was told
};

/// One process that runs a batch, watched by what its framework says of the tests as they run. Each passes by
/// its own record that it began and ended well. What ends the process early fails the test that ran, or the
/// one that ended last; one that takes too long fails, and the process is ended.
class SharedRun : private TestStream {
 public:
  /// `command` starts it. `timeout` is of each test, and of what happens before, between and after them.
  SharedRun(const Batch& batch, SharedProcess& process, Command command, std::chrono::seconds timeout,
            BatchObserver& observer, Follower* follower);
  /// Throws Cancelled, and Error where it cannot be started.
  BatchRest run(std::stop_token stop);

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { waiting, running, held, over };
  struct Test {
    State state = State::waiting;
    bool waits = false;  ///< for others, though it has begun
    bool began_here = false;
    bool late = false, doubtful = false;
    bool cleared = false;  ///< the process itself recorded no failure of it
    Clock::time_point begin = {};
    std::chrono::system_clock::time_point began = {};
    Attempt attempt = {};  ///< of one that is held or over
  };

  void began(const std::string& id) override;
  void waits(const std::string& id, bool waiting) override;
  void printed(const std::string& id, std::string_view bytes) override;
  void ended(const Record::Entry& entry, double seconds) override;
  void skips(const std::string& id, const std::string& reason) override;
  void doubts(const std::string& id) override;
  void recorded(const Record::Entry& entry) override;

  Test* find(const std::string& id);
  size_t number_of(const Test& test) const { return static_cast<size_t>(&test - tests_.data()); }
  bool mark_late(Clock::time_point now);
  void settle(Test& test, Attempt attempt);
  void settle_held();
  void conclude(const ProcessResult& ended, const std::string& problem);
  /// Whether there were any.
  bool fail_running(const std::string& reason);
  void fail_last(const std::string& reason);
  /// Whether there were any.
  bool doubt_passes();
  void fail_waiting(const std::string& reason);
  void append_outside(size_t test) const;

  const Batch& batch_;
  SharedProcess& process_;
  const Command command_;
  const std::chrono::seconds timeout_;
  BatchObserver& observer_;
  std::stop_token stop_;
  Follower* const follower_;
  std::map<std::string, size_t> numbers_;
  std::vector<Test> tests_;
  std::set<Test*> running_;
  Test* held_ =
      nullptr;  ///< the one that ended last, and well: it passes once another begins or the process ends well
  Clock::time_point last_event_ = Clock::now();
  std::string outside_;  ///< what was printed last outside of all tests
  size_t settled_ = 0;
  bool failed_ = false, late_ = false, stopped_ = false, well_ = false;
};

}  // namespace harness
