#include "suite/history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/files.h"
#include "suite/names.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Status = TestResult::Status;

constexpr int kRunsBetweenCleaning = 100;
constexpr int kVersion = 1, kPatienceMs = 10'000;

constexpr const char* kTables = R"(
CREATE TABLE run(id INTEGER PRIMARY KEY, begin INTEGER NOT NULL, commit_id TEXT NOT NULL, edited INTEGER NOT NULL);
CREATE TABLE test(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE result(test INTEGER NOT NULL, run INTEGER NOT NULL, status INTEGER NOT NULL, seconds REAL NOT NULL,
                    PRIMARY KEY(test, run)) WITHOUT ROWID;
CREATE TABLE last(name TEXT PRIMARY KEY, failed INTEGER NOT NULL, seconds REAL NOT NULL) WITHOUT ROWID;
)";

/// As it is kept; never changed.
int code_of(Status status) {
  switch (status) {
    case Status::passed:
      return 0;
    case Status::failed:
      return 1;
    case Status::skipped:
      return 2;
    case Status::flaky:
      return 3;
    case Status::not_run:
      break;
  }
  throw std::logic_error("a test that did not run has no past");
}

Status status_of(int code) {
  return code == 0   ? Status::passed
         : code == 1 ? Status::failed
         : code == 2 ? Status::skipped
                     : Status::flaky;
}

bool means_unreadable(const SQLite::Exception& e) {
  return e.getErrorCode() == SQLITE_NOTADB || e.getErrorCode() == SQLITE_CORRUPT ||
         e.getErrorCode() == SQLITE_ERROR;  // a table is missing
}

Error failure(const fs::path& file, const SQLite::Exception& e) {
  return Error(
      "cannot use " + file.string() + ": " + e.what(),
      {.hint = "it holds what tests came to, and nothing else: it may be removed", .exit_code = kCluster});
}

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

/// Cases of which only a record tells, and which it has no longer.
void forget_old_cases(SQLite::Database& database, const std::vector<TestResult>& results) {
  std::set<std::string> commands;
  for (const auto& result : results)
    if (result.recorded) commands.insert(shown_name(result.test->program->name) + "/");
  for (const auto& prefix : commands) {
    SQLite::Statement forget(database, "DELETE FROM last WHERE substr(name, 1, length(?1)) = ?1");
    forget.bind(1, prefix);
    forget.exec();
  }
}

class Last {
 public:
  explicit Last(SQLite::Database& database)
      : set_(database, "INSERT OR REPLACE INTO last VALUES(?, ?, ?)"),
        fail_(database, "INSERT INTO last VALUES(?, 1, 0) ON CONFLICT(name) DO UPDATE SET failed = 1"),
        forget_(database, "DELETE FROM last WHERE name = ?") {}
  void set(const std::string& name, bool failed, double seconds) {
    set_.bind(1, name);
    set_.bind(2, failed ? 1 : 0);
    set_.bind(3, seconds);
    run(set_);
  }
  void fail(const std::string& name) {
    fail_.bind(1, name);
    run(fail_);
  }
  void forget(const std::string& name) {
    forget_.bind(1, name);
    run(forget_);
  }

 private:
  static void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
  }
  SQLite::Statement set_, fail_, forget_;
};

/// Adds results of one run, and removes those of the same test that are too old.
class Past {
 public:
  Past(SQLite::Database& database, const HistoryRun& run)
      : name_(database, "INSERT OR IGNORE INTO test(name) VALUES(?)"),
        add_(database, "INSERT OR REPLACE INTO result SELECT id, ?, ?, ? FROM test WHERE name = ?"),
        trim_(
            database,
            "DELETE FROM result WHERE test = (SELECT id FROM test WHERE name = ?1) AND run <= (SELECT run "
            "FROM result WHERE test = (SELECT id FROM test WHERE name = ?1) ORDER BY run DESC LIMIT 1 OFFSET "
            "?2)") {
    SQLite::Statement begin(database, "INSERT INTO run(begin, commit_id, edited) VALUES(?, ?, ?)");
    begin.bind(1, std::chrono::duration_cast<std::chrono::seconds>(run.begin.time_since_epoch()).count());
    begin.bind(2, run.commit);
    begin.bind(3, run.edited ? 1 : 0);
    begin.exec();
    run_ = database.getLastInsertRowid();
    if (run_ % kRunsBetweenCleaning == 0)
      database.exec("DELETE FROM run WHERE id NOT IN (SELECT run FROM result) AND id < " +
                    std::to_string(run_));
  }
  void add(const std::string& name, Status status, double seconds) {
    name_.bind(1, name);
    run(name_);
    add_.bind(1, static_cast<int64_t>(run_));
    add_.bind(2, code_of(status));
    add_.bind(3, seconds);
    add_.bind(4, name);
    run(add_);
    trim_.bind(1, name);
    trim_.bind(2, History::kPast);
    run(trim_);
  }

 private:
  static void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
  }
  SQLite::Statement name_, add_, trim_;
  long long run_ = 0;
};

}  // namespace

History::History(fs::path file) : file_(std::move(file)) {
  if (!fs::exists(file_)) return;
  try {
    // One that was killed while it wrote is put right here: that is written, too.
    auto database = std::make_unique<SQLite::Database>(file_.string(), SQLite::OPEN_READWRITE, kPatienceMs);
    const int version = version_of(*database);
    if (version == kVersion) database->execAndGet("SELECT count(*) FROM last");
    is_unreadable_ = version != kVersion && version != 0;
    if (version == kVersion) database_ = std::move(database);
  } catch (const SQLite::Exception& e) {
    if (!means_unreadable(e)) throw failure(file_, e);
    is_unreadable_ = true;
  }
}

History::~History() = default;

void History::open_to_write() {
  database_.reset();
  if (is_unreadable_) fs::rename(file_, file_.string() + ".unreadable");
  is_unreadable_ = false;
  database_ = std::make_unique<SQLite::Database>(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                 kPatienceMs);
  // A process that is killed leaves a journal, which undoes the half. What a power failure loses are results
  // of tests: a run does not wait for the disk.
  database_->exec("PRAGMA synchronous = OFF");
}

std::set<std::string> History::failed() const {
  std::set<std::string> names;
  if (!database_) return names;
  SQLite::Statement rows(*database_, "SELECT name FROM last WHERE failed");
  while (rows.executeStep()) names.insert(rows.getColumn(0).getString());
  return names;
}

std::map<std::string, double> History::seconds() const {
  std::map<std::string, double> all;
  if (!database_) return all;
  SQLite::Statement rows(*database_, "SELECT name, seconds FROM last");
  while (rows.executeStep()) all[rows.getColumn(0).getString()] = rows.getColumn(1).getDouble();
  return all;
}

std::vector<std::string> History::names() const {
  std::vector<std::string> names;
  if (!database_) return names;
  SQLite::Statement rows(*database_, "SELECT name FROM test ORDER BY name");
  while (rows.executeStep()) names.push_back(rows.getColumn(0).getString());
  return names;
}

std::vector<PastResult> History::past(const std::string& name) const {
  std::vector<PastResult> all;
  if (!database_) return all;
  SQLite::Statement rows(*database_,
                         "SELECT begin, commit_id, edited, status, seconds FROM result JOIN run ON run.id = "
                         "result.run WHERE test = (SELECT id FROM test WHERE name = ?) ORDER BY run.id");
  rows.bind(1, name);
  while (rows.executeStep())
    all.push_back({{std::chrono::system_clock::time_point(std::chrono::seconds(rows.getColumn(0).getInt64())),
                    rows.getColumn(1).getString(), rows.getColumn(2).getInt() != 0},
                   status_of(rows.getColumn(3).getInt()),
                   rows.getColumn(4).getDouble()});
  return all;
}

/// Some sub-tests of a Go test that passed say nothing of the whole.
void History::add(const std::vector<TestResult>& results, const HistoryRun& run) try {
  open_to_write();
  SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
  if (version_of(*database_) != kVersion) {
    database_->exec(kTables);
    database_->exec("PRAGMA user_version = " + std::to_string(kVersion));
  }
  forget_old_cases(*database_, results);
  Last last(*database_);
  Past past(*database_, run);
  for (const auto& result : results)  // of a broken package tests ran since
    if (result.test->is_of_go() && !result.test->breakage && result.status != Status::not_run)
      last.forget(result.test->suite + "/" + kBrokenPackage);
  for (const auto& result : results) {
    const bool not_run = result.status == Status::not_run;
    const bool failed =
        result.status == Status::failed || (not_run && result.failures > 0);  // interrupted in a retry
    if (result.recorded && failed) last.fail(shown_name(result.test->program->name));  // chosen by its entry
    auto test = *result.test;
    const bool in_part = !test.subtests.empty() || !test.without_subtests.empty();
    test.subtests.clear();
    if (!failed && (not_run || in_part)) continue;
    const double seconds = result.attempts ? result.seconds / result.attempts : 0;
    last.set(test.full_name(), failed, seconds);
    past.add(test.full_name(), not_run ? Status::failed : result.status, seconds);
  }
  transaction.commit();
} catch (const SQLite::Exception& e) {
  throw failure(file_, e);
}

}  // namespace harness
