#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite/programs/record.h"

namespace harness {

/// What Go's testing wrote with -test.v=test2json: lines that begin with a byte 0x16, wherever in a line of a
/// test's output they come (https://pkg.go.dev/cmd/test2json; testing's chattyPrinter). What looks like them
/// without that byte is output of a test.
struct GoRecord {
  std::vector<std::string> order;            ///< tests and sub-tests as they began: "TestX", "TestX/sub"
  std::map<std::string, Record::End> ends;   ///< of each of them
  std::map<std::string, std::string> skips;  ///< what those that were skipped logged last
};
/// `log` is whole. Its marks are removed: what people read has none.
GoRecord take_go_record(const std::filesystem::path& log);

}  // namespace harness
