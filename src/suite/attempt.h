#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/recorded_case.h"
#include "suite/test_case.h"

namespace harness {

class BatchObserver;
class Follower;
struct Batch;
struct BatchRest;
struct Command;
struct TestCall;

/// One run of one test.
struct Attempt {
  enum class Status { passed, failed, skipped };
  Status status = Status::failed;
  double seconds = 0;
  std::string reason = {};  ///< of a failure: "exit code 1", "killed by signal 11", "timed out after 600s";
                            ///< of a skip, as the test gave it
  std::vector<RecordedCase> cases = {};  ///< of a command that is one test: what it recorded
  bool told_by_cases = false;            ///< nothing is to be said of it that they do not
  int earlier_failures = 0;  ///< it passed after as many attempts that its own runner made; `reason` is of
                             ///< the first
  std::map<std::string, std::string> properties = {};  ///< that its runner recorded
};

struct AttemptSettings {
  std::filesystem::path root;     ///< working folder of a test that has none of its own
  std::filesystem::path tmp_dir;  ///< in it each attempt has a folder of its own as $TMPDIR, which goes with
                                  ///< it or with the last one
  std::map<std::string, std::string> env = {};  ///< on top of test_environment()
  /// Of programs whose tests have another one in the place of `env`.
  std::map<const TestProgram*, std::map<std::string, std::string>> env_of = {};
  /// Of programs whose env: is not taken as it is written.
  std::map<const TestProgram*, std::map<std::string, std::string>> own_env = {};
  std::chrono::seconds timeout{600};  ///< of a test that says none
  Follower* follower = nullptr;       ///< prints what tests print as well, as it comes
  /// Runs a test of a chart, which is no program, writing what it prints to the file.
  std::function<Attempt(const TestCase&, const std::filesystem::path& log, std::chrono::seconds timeout,
                        std::stop_token)>
      run_chart_test = {};
};

/// Runs tests, several at once. Thread-safe.
class Attempts {
 public:
  explicit Attempts(const AttemptSettings& settings);
  ~Attempts();
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  /// Runs `test` in a process of its own, with its output in `log` and what it keeps ($HARNESS_ARTIFACTS) in
  /// `log`.d. A test that takes too long gets SIGTERM (Go: SIGQUIT, on which it prints what it waited for),
  /// and its process group is killed 2 s later. The result is what its framework recorded of this very
  /// attempt (suite/programs). Of a package that is broken there is nothing to run. Throws Cancelled, and
  /// Error where it cannot be started. `before`: see CallRequest.
  Attempt run(const TestCase& test, const std::filesystem::path& log, std::stop_token stop,
              std::vector<const TestCase*> before = {});
  /// Runs several in one (suite/shared_run.h). $TMPDIR is of the process, and so is $HARNESS_ARTIFACTS, but
  /// for pytest.
  BatchRest run_together(const Batch& batch, BatchObserver& observer, std::stop_token stop);
  std::chrono::seconds timeout_of(const TestCase& test) const;

 private:
  /// One call of a command that records its cases (suite/recorded_command.h), for one test or for several of
  /// its list. Of each its attempt.
  std::vector<Attempt> run_recorded(const std::vector<const TestCase*>& tests,
                                    const std::vector<std::filesystem::path>& logs,
                                    const std::filesystem::path& log, std::stop_token stop);
  BatchRest run_recorded_together(const Batch& batch, BatchObserver& observer, std::stop_token stop);
  /// One that is taken as long as this object lives.
  struct Folder {
    explicit Folder(Attempts& owner) : attempts(owner), path(owner.take_folder()) {}
    ~Folder() { attempts.give_back(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Attempts& attempts;
    const std::filesystem::path path;
  };
  std::map<std::string, std::string> environment_of(const TestProgram& program) const;
  /// What runs `call` for `test` in `env`, as far as it is the same for one test and for several.
  Command command_of(const TestCase& test, const TestCall& call,
                     const std::map<std::string, std::string>& env, const std::filesystem::path& log,
                     const Folder& tmp) const;
  std::filesystem::path new_record();
  std::filesystem::path take_folder();
  void give_back(const std::filesystem::path& folder);

  const AttemptSettings& settings_;
  const std::map<std::string, std::string> env_;  ///< of all tests
  std::atomic<size_t> last_record_ = 0;
  std::mutex mutex_;
  /// Of tests that left nothing in them. ext4 takes ever longer to make a folder where many were just
  /// removed.
  std::vector<std::filesystem::path> free_folders_;
  size_t last_folder_ = 0;
};

}  // namespace harness
