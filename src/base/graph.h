#pragma once

#include <compare>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// Names a step: what it does, and to what. Two steps are the same only where both are.
struct StepId {
  std::string kind;       ///< "deploy"
  std::string name = {};  ///< "deck"; empty where there is but one of the kind
  auto operator<=>(const StepId&) const = default;
};

/// Steps with dependencies, each run on a thread of its own once all it waits for has succeeded.
class Graph {
 public:
  using Work = std::function<void(std::stop_token)>;
  /// All steps of `after` must have been added when run() is called (std::logic_error otherwise, and on a cycle or a second step of this id).
  void add(StepId id, std::vector<StepId> after, Work work);
  /// Returns when every step has ended. The first failure stops the others (their stop_token is requested) and is rethrown
  /// once they have ended; `stop` cancels all and then Cancelled is thrown.
  void run(std::stop_token stop);

 private:
  struct Step {
    StepId id;
    std::vector<StepId> after;
    Work work;
  };
  std::vector<Step> steps_;
};

}  // namespace harness
