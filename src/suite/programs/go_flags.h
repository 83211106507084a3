#pragma once

#include <string>
#include <vector>

namespace harness {

/// $GOFLAGS (https://pkg.go.dev/cmd/go#hdr-Environment_variables), divided into the flags of a build and the
/// rest, which would choose, repeat or reformat.
struct GoFlags {
  std::string build;  ///< as $GOFLAGS has them
  std::vector<std::string> others;
};
GoFlags divided_go_flags(const std::string& text);

}  // namespace harness
