#pragma once

#include <optional>
#include <string>

/// An environment variable that has another value (or none) until the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(const std::string& name, const std::optional<std::string>& value);
  ~ScopedVariable();
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// Whether golden files are to be rewritten: HARNESS_UPDATE_GOLDEN=1 when the test program was started.
bool updates_golden();
