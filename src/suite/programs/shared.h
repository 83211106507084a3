#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "suite/programs/framework.h"

namespace harness {

/// What a framework says of tests while they run in one process, in order. Tests are named by TestCase::id.
class TestStream {
 public:
  virtual ~TestStream() = default;
  virtual void began(const std::string& id) = 0;
  /// It waits until others have ended, or goes on: only one that does not wait can end the process.
  virtual void waits(const std::string& id, bool waiting) = 0;
  /// Bytes of the process's output; an empty `id`: of no test.
  virtual void printed(const std::string& id, std::string_view bytes) = 0;
  /// `seconds`: what it took; negative: not known.
  virtual void ended(const Record::Entry& entry, double seconds) = 0;
  /// It has not begun, and is not to: what it depends on came to a bad end.
  virtual void skips(const std::string& id, const std::string& reason) = 0;
  /// What was said of it proves nothing: it is to run in a process of its own.
  virtual void doubts(const std::string& id) = 0;
  /// At the end: what the process itself has recorded of it, whatever was said before; End::none: nothing.
  virtual void recorded(const Record::Entry& entry) = 0;
};

/// Several tests in one process. All are of one program, with the same TestCase::dir, subtests and
/// without_subtests.
struct SharedRequest {
  std::vector<const TestCase*> tests;
  std::vector<std::filesystem::path>
      logs;                       ///< of each of them; in LOG.d is what it keeps ($HARNESS_ARTIFACTS)
  std::filesystem::path root;     ///< the project's
  std::filesystem::path scratch;  ///< as in CallRequest
  std::filesystem::path record;   ///< where what is recorded goes, and names that begin with it
  std::filesystem::path log;      ///< all that the process prints
  const Environment& env;         ///< what the process has besides TestCall::env
  int timeout_seconds;            ///< of each test
  bool one_by_one;                ///< nothing may run beside a test
  bool fail_fast;                 ///< no test is to begin after one has failed
};

/// A framework's part in such a process. For one thread.
class SharedProcess {
 public:
  virtual ~SharedProcess() = default;
  virtual TestCall call() const = 0;
  /// Whether what it reads was certainly said by the process itself, not by one that it has forked.
  virtual bool knows_who_speaks() const { return false; }
  /// What is new since the last call.
  virtual void read(TestStream& stream) = 0;
  /// The same once the process has ended. Says why this is no run of tests that came to its end, as
  /// Record::problem; removes what was recorded.
  virtual std::string end(TestStream& stream) = 0;
};

}  // namespace harness
