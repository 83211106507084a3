#pragma once

#include <stdexcept>
#include <string>

namespace harness {

/// What a harness run ends with; documented in -help. kUsage is for the user's input alone: a flag, a file of
/// the project. What fails in the machine (its disk, its network, a tool) has the code of the place where it
/// failed.
enum ExitCode {
  kPassed = 0,
  kTestsFailed = 1,
  kUsage = 2,
  kCluster = 3,
  kBuild = 4,
  kDeploy = 5,
  kInterrupted = 130
};

/// A step cannot go on. `what()` names the cause in one line; the rest is shown below it when it is not
/// empty.
struct Error : std::runtime_error {
  /// An exit code that somebody chose: it has no default, so an Error that says none does not compile.
  class Required {
   public:
    Required(ExitCode code) : code_(code) {}
    operator ExitCode() const { return code_; }

   private:
    ExitCode code_;
  };
  struct Details {
    std::string command = {};      ///< as it can be pasted into a shell
    std::string output_tail = {};  ///< the end of what that command printed
    std::string hint = {};         ///< what the user does next
    Required exit_code;
  };
  Error(const std::string& message, Details d)
      : std::runtime_error(without_zeros(message)), details(std::move(d)) {}
  Details details;

 private:
  /// what() would end at the first one, and with it what is said of the user's text.
  static std::string without_zeros(const std::string& text) {
    std::string shown;
    for (const char c : text) c ? shown += c : shown += "\\0";
    return shown;
  }
};

/// The run was cancelled (Ctrl-C, or another step failed first). Never shown to the user.
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("cancelled") {}
};

/// Any exception as an Error. One that is none yet was thrown by the system or a library, and gets the code
/// of the place where it happened.
inline Error as_error(const std::exception& e, ExitCode where) {
  if (const auto* known = dynamic_cast<const Error*>(&e)) return *known;
  return Error(e.what(), {.exit_code = where});
}

}  // namespace harness
