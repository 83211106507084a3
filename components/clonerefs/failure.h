#pragma once

#include <stdexcept>
#include <string>

namespace clonerefs {

/// What clonerefs ends with: a failure is 1, a wrong command line 2, an interrupt 128 + the signal's number.
enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

/// The clone cannot be made. `what()` names the cause, `next` what the user does about it.
struct Failure : std::runtime_error {
  Failure(const std::string& cause, std::string next_step, int code = kFailed)
      : std::runtime_error(cause), next(std::move(next_step)), exit_code(code) {}
  std::string next;
  int exit_code;
};

}  // namespace clonerefs
