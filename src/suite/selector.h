#pragma once

#include <set>
#include <string>
#include <vector>

#include "suite/test_case.h"

namespace harness {

/// Which tests to run: `-run` and `-skip` as `go test` reads them. An expression is split at `|` and then at
/// `/`, outside of brackets; of each alternative the first part is searched in the suite, the second in the
/// name. One without `/` also matches `Suite.Test` and `Suite/Test`, and a Go test's own name. Where no test
/// matches, the name of a Go test comes first, or second after its package, and what follows selects its
/// sub-tests. What stands for a package that is broken is selected whatever `-run` has, but where that names
/// suites and not its own; `-skip` leaves it out by its suite.
class Selector {
 public:
  struct Wanted {
    std::string run, skip;  ///< RE2; an empty `run` selects all, an empty `skip` nothing
    std::string labels;     ///< LabelExpression
    bool failed = false;    ///< only those of `names`
    std::set<std::string> names = {};
  };
  /// Throws Error (kUsage) where an expression cannot be read.
  explicit Selector(const Wanted& wanted);
  bool selects(const TestCase& test) const;
  /// The selected ones. Throws Error (kUsage), with the nearest right word, where there is none or where no
  /// test has a label.
  std::vector<TestCase> select(std::vector<TestCase> tests) const;

 private:
  bool selects_package(const TestCase& broken) const;
  bool has_failed(const TestCase& test) const;
  [[noreturn]] void nothing_selected(const std::vector<TestCase>& tests) const;
  std::vector<TestCase> with_subtests(const std::vector<TestCase>& tests) const;

  const Wanted wanted_;
  std::vector<std::vector<std::string>> run_, skip_;  ///< alternatives of parts
  LabelExpression labels_;
};

}  // namespace harness
