#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace harness {

/// What a fake was asked for during a run, and does not have: the service that it stands for would have
/// answered.
struct FakeGap {
  std::string fake;     ///< the component
  std::string request;  ///< "PATCH /repos/o/r"
  std::string what;     ///< "archived", "?sort"; "" where it is the route as a whole
  uint64_t times = 0;
  std::vector<std::string> tests;  ///< that ran at those moments; none where none did
};

}  // namespace harness
