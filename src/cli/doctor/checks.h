#pragma once

#include <string>
#include <vector>

#include "cli/doctor/facts.h"

namespace harness {

/// One thing that was looked at.
struct Check {
  enum class Level { fine, warning, error };  ///< error: no cluster can be made, or nothing would run on it
  std::string name;                           ///< "docker", "disk"
  Level level = Level::fine;
  std::string reason;
  std::string command = {};  ///< what fixes it; empty where it is fine
};
const char* word_of(Check::Level level);

/// Disk, memory, inotify, proxies, the kernel, capabilities: from facts that cost nothing.
std::vector<Check> local_checks(const Facts& facts);

/// What `harness doctor` compares the facts with.
struct Expected {
  std::string cluster;        ///< of the instance
  bool is_half_made = false;  ///< its maker was killed
  bool is_held = false;       ///< a run is at work with it
  std::string node_image;     ///< "kindest/node:v1.34.0"
  std::string registry;       ///< "localhost:5001"
};
/// Clusters of this machine that are half made or stopped, if they are the instance's, or whose instance's
/// folder is gone.
Check leftovers(const Facts& facts, const Expected& expected);
/// Those of programs, ports and what was left, too.
std::vector<Check> all_checks(const Facts& facts, const Expected& expected);

}  // namespace harness
