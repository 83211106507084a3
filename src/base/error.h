#pragma once

#include <stdexcept>
#include <string>

namespace harness {

/// What a harness run ends with; documented in -help.
enum ExitCode { kPassed = 0, kTestsFailed = 1, kUsage = 2, kCluster = 3, kBuild = 4, kDeploy = 5, kInterrupted = 130 };

/// A step cannot go on. `what()` names the cause in one line; the rest is shown below it when it is not empty.
struct Error : std::runtime_error {
  struct Details {
    std::string command = {};      ///< as it can be pasted into a shell
    std::string output_tail = {};  ///< the end of what that command printed
    std::string hint = {};         ///< what the user does next
    int exit_code = kUsage;
  };
  Error(const std::string& message, Details d) : std::runtime_error(message), details(std::move(d)) {}
  Details details;
};

/// The run was cancelled (Ctrl-C, or another step failed first). Never shown to the user.
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("cancelled") {}
};

}  // namespace harness
