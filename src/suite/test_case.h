#pragma once

#include <optional>
#include <string>

#include "config/project.h"
#include "suite/labels.h"

namespace harness {

/// The name of what stands for a package of which no test can run, in its suite: no test of Go's can have it.
constexpr const char* kBrokenPackage = "build";

/// Why that is so.
struct Breakage {
  std::string reason;  ///< "example.com/m/deck does not build"
  std::string output;  ///< what the go command, or the program that was to list its tests, said
};

/// One test of a test program. Suite and name are as they are shown (suite/names.h): two tests that differ in
/// any byte differ there, too.
struct TestCase {
  const TestProgram* program = nullptr;
  std::string suite;  ///< "TestDeck"; empty for a command
  std::string name;   ///< "ShowsJobs"
  /// The framework's own name for it, byte for byte: what its record must say for the test to have passed
  /// (suite/programs/framework.h).
  std::string id = {};
  /// What the program is called with for it: GoogleTest's filter, a Go package's compiled program, pytest's
  /// file. Of a Ginkgo spec: the program, a zero byte, the test function, a zero byte, the suite's name.
  std::string call = {};
  /// Of a Go test: the sub-tests that are wanted, and those that are not, as -test.run and -test.skip have
  /// them after the test's own name.
  std::string subtests = {}, without_subtests = {};
  /// Of a GoogleTest program that runs in a child of what is started, which waits for it: a script, a
  /// launcher.
  bool in_child = false;
  bool is_spec = false;  ///< of Ginkgo; other tests of a `ginkgo:` entry are Go's own
  /// The ordered container of a spec: those of one run in one process, in the order of the list. With a "+"
  /// at its begin the rest goes on where one of them fails.
  std::string ordered = {};
  bool undivided = false;  ///< all specs of its suite run in one process
  std::string dir = {};    ///< absolute; where it runs; empty: the project's root
  Labels labels = {};      ///< in_order
  std::string owner = {};
  std::string file = {};  ///< where it is written, relative to the project or absolute; empty: not known
  int line = 0;
  int timeout_seconds = 0;  ///< 0: that of the run
  /// This is no test, but stands for all of a package of which none can run; it fails.
  std::optional<Breakage> breakage = {};

  /// A test function of Go's testing, which may have sub-tests.
  bool is_go() const {
    return program->kind == TestProgram::Kind::go || (program->kind == TestProgram::Kind::ginkgo && !is_spec);
  }
  /// Of a Go package, a spec of Ginkgo too.
  bool is_of_go() const {
    return program->kind == TestProgram::Kind::go || program->kind == TestProgram::Kind::ginkgo;
  }
  std::string full_name() const {
    return (suite.empty() ? name : suite + "/" + name) + (subtests.empty() ? "" : "/" + subtests);
  }
  /// "tests/deck_test.cc:12"; without the line where it is not known; empty.
  std::string place() const { return line > 0 ? file + ":" + std::to_string(line) : file; }
  /// With its labels: "TestDeck/ShowsJobs [BETA] [SERIAL]".
  std::string title() const { return labels.empty() ? full_name() : full_name() + " " + shown(labels); }
};

}  // namespace harness
