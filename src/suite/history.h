#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "suite/runner.h"

namespace SQLite {
class Database;
}

namespace harness {

/// The run that results belong to.
struct HistoryRun {
  std::chrono::system_clock::time_point begin;
  std::string commit = {};  ///< of the project, in hexadecimal; empty: it is in no git repository
  bool edited = false;      ///< files that git knows were not as in the commit
};

/// What came of a test in one run.
struct PastResult {
  HistoryRun run;
  TestResult::Status status;  ///< never not_run
  double seconds;             ///< of one attempt
};

/// What runs of an instance's tests came to: a SQLite database (https://www.sqlite.org), of the last kPast
/// results of each test. Says, too, which failed when they last ran (`-failed`), and how long each took (the
/// slowest start first).
class History {
 public:
  static constexpr int kPast = 200;

  /// Reads `file`; one that is missing is an empty history, and so is one that cannot be read, which is then
  /// set aside by add(). Throws Error (kCluster) where another process holds it for more than 10 s.
  explicit History(std::filesystem::path file);
  ~History();

  /// There is a file, and it is no such database: add() sets it aside, as NAME.unreadable.
  bool is_unreadable() const { return is_unreadable_; }

  std::set<std::string> failed() const;
  std::map<std::string, double> seconds() const;
  /// Names of tests that have results, in their order.
  std::vector<std::string> names() const;
  /// Of one test, the oldest first.
  std::vector<PastResult> past(const std::string& name) const;
  /// Notes what ran. All of it or, where this process is killed, nothing.
  void add(const std::vector<TestResult>& results, const HistoryRun& run);

 private:
  void open_to_write();

  const std::filesystem::path file_;
  bool is_unreadable_ = false;
  std::unique_ptr<SQLite::Database> database_;  ///< null: there is nothing yet
};

}  // namespace harness
