#pragma once

#include <cstdint>
#include <string>

namespace harness {

/// What somebody in the cluster tried to reach outside of it, in vain.
struct OutsideAttempt {
  std::string who;          ///< a component; "pod NAMESPACE/NAME" where none has its workload
  std::string destination;  ///< "api.github.com", "1.2.3.4:443/tcp"
  uint64_t times = 0;       ///< queries of the name, or packets: one a connection that was refused
};

}  // namespace harness
