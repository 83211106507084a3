#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/options.h"
#include "suite/test_case.h"

namespace harness {

/// The part of the chosen tests that one of several machines runs.
struct ShardTests {
  std::vector<TestCase> tests;  ///< in their order
  size_t of = 0;                ///< how many were chosen
  /// Names the cut: a hash of which test is in which shard. Together the shards of one cut have each test
  /// once.
  std::string cut;
};

/// `tests` are shared out by their `seconds` (by full name; one that is not known counts as the median of the
/// others), so that all shards take about the same time. What shares a lock, the order of its file, an
/// ordered container or the label "serial" stays together. The same tests and seconds give the same cut
/// anywhere.
ShardTests shard_of(std::vector<TestCase> tests, const Shard& shard,
                    const std::map<std::string, double>& seconds);

}  // namespace harness
