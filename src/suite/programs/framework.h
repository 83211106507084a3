#pragma once

#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/record.h"
#include "suite/test_case.h"

namespace harness {

using Environment = std::map<std::string, std::string>;

/// What a listing works with.
struct ListRequest {
  const TestProgram& program;
  std::filesystem::path root;                 ///< the project's
  std::filesystem::path scratch;              ///< for what is compiled or written for it, which stays there
  Environment env;                            ///< all that it gets
  std::vector<std::string> chart_tests = {};  ///< the names of what its chart has
};

/// How one test is asked for in a process of its own.
struct TestCall {
  std::vector<std::string> args;
  Environment env = {};          ///< besides what it has
  int timeout_signal = SIGTERM;  ///< on which it says what it waits for, or ends
};

struct CallRequest {
  const TestCase& test;
  std::filesystem::path root;     ///< the project's
  std::filesystem::path scratch;  ///< for what is written for all calls; it goes with the run
  std::filesystem::path
      record;              ///< where this call's record goes: nothing is there yet, and nobody else's will be
  const Environment& env;  ///< what the process has besides TestCall::env
  int timeout_seconds;
  std::vector<const TestCase*> before =
      {};  ///< of its ordered container: they run before it, and do not count
};

class SharedProcess;
struct SharedRequest;

/// What runs the tests of a program, and records them: GoogleTest, Go's testing, pytest, or nothing for a
/// command; of a chart, which has no program, it lists them alone. One object for each kind of test program.
/// Thread-safe. A new kind is a file here and an entry in framework_of; a TestProgram::Kind, with its key, in
/// config/project; the variables by which its environment could choose tests, in suite/environment; how its
/// tests share processes, in suite/processes; a comparison with its own runner in tests/conformance.
class Framework {
 public:
  virtual ~Framework() = default;
  /// The tests of a program, in its order, as the framework itself lists them: nothing that start-up code
  /// prints is one. What has to be built for it is built. Throws Error (kBuild).
  virtual std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const = 0;
  virtual TestCall call(const CallRequest& request) const = 0;
  /// What that process recorded. Removes the record; what the framework wrote into `log` for it goes, too.
  /// Throws nothing for what a program may do.
  virtual Record read(const CallRequest& request, const std::filesystem::path& log,
                      const ProcessResult& ended) const = 0;
  /// Several tests in one process (suite/programs/shared.h).
  virtual std::unique_ptr<SharedProcess> share(const SharedRequest& request) const = 0;
};

const Framework& framework_of(TestProgram::Kind kind);

/// One for each file here.
const Framework& gtest_framework();
const Framework& go_framework();
const Framework& ginkgo_framework();
const Framework& pytest_framework();
const Framework& command_framework();
const Framework& helm_framework();

}  // namespace harness
