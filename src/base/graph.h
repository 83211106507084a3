#pragma once

#include <compare>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace harness {

/// Names a step: what it does, and to what. Two steps are the same only where both are.
struct StepId {
  std::string kind;       ///< "deploy"
  std::string name = {};  ///< "deck"; empty where there is but one of the kind
  auto operator<=>(const StepId&) const = default;
};

/// What several steps failed with, in the order in which they did. As an Error it is the first of them.
struct Failures : Error {
  explicit Failures(std::vector<Error> errors) : Error(errors.at(0)), all(std::move(errors)) {}
  std::vector<Error> all;
};

/// Steps with dependencies, each run on a thread of its own once all it waits for has succeeded.
class Graph {
 public:
  using Work = std::function<void(std::stop_token)>;
  /// What becomes of a step that runs when another one fails: it is stopped, or it goes on to its end as make
  /// and ninja let a compiler do, so that one run tells of everything that does not build.
  enum class WhenAnotherFails { stop, finish };
  /// `where`: the exit code of what a step throws that is no Error.
  explicit Graph(std::function<ExitCode(const StepId&)> where) : where_(std::move(where)) {}
  /// All steps of `after` must have been added when run() is called (std::logic_error otherwise, and on a
  /// cycle or a second step of this id).
  void add(StepId id, std::vector<StepId> after, Work work, WhenAnotherFails then = WhenAnotherFails::stop);
  /// Returns when every step has ended. After a failure no step begins. Throws the only failure as an Error,
  /// or Failures; `stop` cancels all, and then Cancelled is thrown. What is no Error and comes from a step
  /// that was stopped is taken for a consequence of that.
  void run(std::stop_token stop);

 private:
  struct Step {
    StepId id;
    std::vector<StepId> after;
    Work work;
    WhenAnotherFails then;
  };
  const std::function<ExitCode(const StepId&)> where_;
  std::vector<Step> steps_;
};

}  // namespace harness
