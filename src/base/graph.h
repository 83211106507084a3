#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// Steps with dependencies, each run on a thread of its own once all it waits for has succeeded.
class Graph {
 public:
  using Work = std::function<void(std::stop_token)>;
  /// `after` names steps; all must have been added when run() is called (std::logic_error otherwise, and on a cycle or a second step of the name).
  void add(const std::string& name, const std::vector<std::string>& after, Work work);
  /// Returns when every step has ended. The first failure stops the others (their stop_token is requested) and is rethrown
  /// once they have ended; `stop` cancels all and then Cancelled is thrown.
  void run(std::stop_token stop);

 private:
  struct Step {
    std::string name;
    std::vector<std::string> after;
    Work work;
  };
  std::vector<Step> steps_;
};

}  // namespace harness
