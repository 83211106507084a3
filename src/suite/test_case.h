#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// One test of a test program.
struct TestCase {
  const TestProgram* program = nullptr;
  std::string suite;  ///< "TestDeck"; empty for a command
  std::string name;   ///< "ShowsJobs"
  std::string full_name() const { return suite.empty() ? name : suite + "/" + name; }
};

/// The tests of a program, in its order, by `--gtest_list_tests`; disabled ones are left out. Throws Error (kBuild) when
/// it cannot be started or lists nothing that can be read.
std::vector<TestCase> list_tests(const TestProgram& program, const std::filesystem::path& root, std::stop_token stop);

/// What `--gtest_list_tests` printed, as suite and name.
std::vector<TestCase> parse_gtest_list(const std::string& text, const TestProgram& program);

/// Which tests to run: `-run` and `-skip` as `go test` reads them. An expression is split at `/` outside brackets; its first
/// part is searched in the suite, its second in the name. One without `/` also matches `Suite.Test` and `Suite/Test`.
class Selector {
 public:
  /// Both in RE2 syntax; empty `run` selects all, empty `skip` nothing. Throws Error (kUsage) where one does not compile.
  Selector(const std::string& run, const std::string& skip);
  bool selects(const TestCase& test) const;

 private:
  std::vector<std::string> run_, skip_;
};

}  // namespace harness
