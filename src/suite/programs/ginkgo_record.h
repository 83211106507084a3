#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "suite/programs/record.h"

namespace harness {

/// What harness_ginkgo.go tells of a suite: JSON objects as parse_byte_json reads them, with "event" begin
/// and finish of each spec as it runs; at the end ended of each, trouble (why the suite fails besides), and
/// end.
std::vector<nlohmann::json> ginkgo_events(const std::string& lines);

/// TestCase::id of a spec: its text, its place, and its number among those that have both; a zero byte
/// between them.
std::string ginkgo_id(const nlohmann::json& event);

/// What one process has told.
class GinkgoRecord {
 public:
  void add(const nlohmann::json& event);
  /// The last word on each spec that ran.
  std::vector<Record::Entry> entries() const;
  bool began(const std::string& id) const { return ends_.contains(id); }
  /// Those of which the end says another thing than what was said as they ended.
  std::vector<std::string> contradictions() const;
  /// Why Ginkgo has run none of those that it was asked for and told nothing of; empty: it did not say.
  const std::string& left_out() const { return left_out_; }
  /// As Record::problem. `came_to_its_end`: Go's testing did.
  std::string problem(bool came_to_its_end) const;
  bool whole() const { return whole_; }

 private:
  std::map<std::string, Record::Entry> ends_, last_;
  std::vector<std::string> trouble_;
  std::string left_out_;
  bool whole_ = false, focus_fails_ = false, dry_ = false;
};

/// What a finish or ended event says of its spec.
Record::Entry ginkgo_entry(const nlohmann::json& event);

}  // namespace harness
