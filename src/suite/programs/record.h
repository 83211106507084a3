#pragma once

#include <string>
#include <vector>

#include "base/process.h"
#include "suite/attempt.h"

namespace harness {

/// What a framework itself recorded of the tests that ran in one process.
struct Record {
  enum class End { none, passed, failed, skipped };
  struct Entry {
    std::string id;            ///< as TestCase::id
    End end = End::none;       ///< none: it began
    std::string reason = {};   ///< of a skip, or why a test that did not fail has not passed
    int earlier_failures = 0;  ///< attempts of the framework's own, before the one that counts
  };
  std::vector<Entry> entries;
  std::string problem = {};  ///< why this is not the record of a run that came to its end, as a part of a
                             ///< sentence; empty: it is
  int exit_code = 0;         ///< with which a process ends of which this is the record
  int failed_exit_code = 1;  ///< the same where a test failed
};

/// "exit code 1", "killed by signal 11".
std::string how_it_ended(const ProcessResult& ended);

/// Why a test has not passed whose proof is missing, where the process says by itself that something went
/// wrong or where it does not.
std::string unproved_reason(const ProcessResult& ended, const std::string& problem);

/// The result of an attempt at `test`. It passed where the record is whole and says that exactly this test
/// ran and ended well, and the process ended as the record says. Other tests that ran beside it do not count.
/// Whatever is missing for that is the reason of the failure.
Attempt judge(const TestCase& test, const Record& record, const ProcessResult& ended, int timeout_seconds);

}  // namespace harness
