#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "suite/runner.h"

namespace harness {

/// What the last run of each test was: which failed (`-failed`), and how long it took (the slowest start
/// first). A JSON file.
class History {
 public:
  /// A file that is missing or cannot be read is an empty history.
  explicit History(std::filesystem::path file);
  std::set<std::string> failed() const;
  std::map<std::string, double> seconds() const;
  /// Notes what ran; of the tests of earlier runs only what these results do not say anew is kept.
  void add(const std::vector<TestResult>& results);

 private:
  void forget_old_cases(const std::vector<TestResult>& results);
  void forget_broken_packages(const std::vector<TestResult>& results);

  struct Entry {
    bool failed = false;
    double seconds = 0;  ///< of one attempt
  };
  std::filesystem::path file_;
  std::map<std::string, Entry> entries_;
};

}  // namespace harness
