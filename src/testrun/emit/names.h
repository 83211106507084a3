#pragma once

#include <map>
#include <string>

#include "testrun/plan.h"

namespace harness::testrun {

/// `text` as a DNS label (RFC 1123) of at most `most` characters; the same for the same text.
std::string as_dns_label(const std::string& text, size_t most);

/// What engines need besides the nodes: no node has one of these names.
inline const std::string kTestflowTask = "testflow", kOnExitTask = "on-exit",
                         kFailingTask = "failed-all-the-same";

/// A DNS label for each node of a plan, no two alike: its id, with - for what a label cannot have:
/// "onExit/clean-up" is on-exit-clean-up.
class Names {
 public:
  explicit Names(const Plan& plan);
  const std::string& of(const Node& node) const { return names_.at(node.id); }

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace harness::testrun
