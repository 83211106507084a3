// Clusters that nobody has any more.
#include <set>

#include "base/text.h"
#include "cli/doctor/checks.h"
#include "cluster/known_instances.h"

namespace harness {

namespace {

using Level = Check::Level;

/// Of the instance itself: what the next run does about it. While a run is at work with it nothing of it is
/// left over.
void add_own(const std::string& node, const std::string& state, const Expected& expected,
             std::vector<std::string>& reasons, std::vector<std::string>& commands) {
  if (expected.is_held) return;
  if (expected.is_half_made) {
    reasons.push_back("cluster " + expected.cluster + " is half made: the next run recreates it");
    commands.push_back("kind delete cluster --name " + expected.cluster);
  } else if (state != "running") {
    reasons.push_back("node " + node + " is " + state + ": the next run starts it");
    commands.push_back("docker start " + node);
  }
}

}  // namespace

Check leftovers(const Facts& facts, const Expected& expected) {
  std::vector<std::string> reasons, commands, unknown;
  std::set<std::string> seen;
  for (const auto& line : split(facts.nodes.out, '\n')) {
    const auto parts = split(line, ' ');
    if (parts.size() != 3 || !parts[0].starts_with("harness-")) continue;
    const auto& cluster = parts[0];
    const bool is_first = seen.insert(cluster).second;
    if (cluster == expected.cluster) {
      if (is_first || !expected.is_half_made) add_own(parts[1], parts[2], expected, reasons, commands);
    } else if (is_first) {
      const auto home = facts.homes.find(cluster);
      if (home == facts.homes.end()) {
        unknown.push_back(cluster);
      } else if (!home->second.is_there) {
        reasons.push_back("cluster " + cluster + ": the folder of its instance is gone, " +
                          home->second.dir.string());
        commands.push_back("kind delete cluster --name " + cluster + " && rm " +
                           shell_quoted({known_instance_file(cluster).string()}));
      }
    }
  }
  const std::string remark = unknown.empty() ? ""
                                             : "; it is not known here whose " + join(unknown, ", ") +
                                                   (unknown.size() == 1 ? " is" : " are");
  if (reasons.empty()) return {"leftovers", Level::fine, "none" + remark};
  return {"leftovers", Level::warning, join(reasons, "; ") + remark, join(commands, "; ")};
}

}  // namespace harness
