#include "suite/shard.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "base/hash.h"
#include "suite/locks.h"

namespace harness {

namespace {

/// Sets of tests, joined where two have something in common.
class Groups {
 public:
  explicit Groups(size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), size_t{0}); }
  size_t of(size_t test) {
    while (parents_[test] != test) test = parents_[test] = parents_[parents_[test]];
    return test;
  }
  /// With all others of this key.
  void join(size_t test, const std::string& key) {
    const auto [first, is_new] = firsts_.emplace(key, test);
    if (!is_new) parents_[of(test)] = of(first->second);
  }

 private:
  std::vector<size_t> parents_;
  std::map<std::string, size_t> firsts_;
};

/// What keeps a test with others, each kind of thing by a word of its own.
std::vector<std::string> ties_of(const TestCase& test) {
  std::vector<std::string> ties;
  const auto entry = test.program->name + '\0' + std::to_string(test.program->at.line);
  for (const auto& name : Locks::of(test)) ties.push_back("lock " + name);
  if (has_label(test.labels, "serial")) ties.push_back("serial");
  if (test.program->in_file_order) ties.push_back("order " + entry);
  if (test.undivided) ties.push_back("suite " + entry + '\0' + test.call);
  if (!test.ordered.empty()) ties.push_back("ordered " + entry + '\0' + test.call + '\0' + test.ordered);
  return ties;
}

struct Unit {
  std::string name;  ///< of its first test, by name
  double seconds = 0;
  std::vector<size_t> tests = {};
};

double median(std::vector<double> values) {
  if (values.empty()) return 1;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<Unit> units_of(const std::vector<TestCase>& tests, const std::map<std::string, double>& seconds) {
  Groups groups(tests.size());
  std::vector<double> known;
  for (size_t i = 0; i < tests.size(); ++i) {
    for (const auto& tie : ties_of(tests[i])) groups.join(i, tie);
    if (const auto found = seconds.find(tests[i].full_name()); found != seconds.end())
      known.push_back(found->second);
  }
  const double usual = median(known);
  std::map<size_t, Unit> units;
  for (size_t i = 0; i < tests.size(); ++i) {
    const auto name = tests[i].full_name();
    auto& unit = units.try_emplace(groups.of(i), Unit{name}).first->second;
    const auto found = seconds.find(name);
    unit.name = std::min(unit.name, name);
    unit.seconds += found == seconds.end() ? usual : found->second;
    unit.tests.push_back(i);
  }
  std::vector<Unit> all;
  for (auto& [group, unit] : units) all.push_back(std::move(unit));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(-a.seconds, a.name) < std::pair(-b.seconds, b.name);
  });
  return all;
}

}  // namespace

ShardTests shard_of(std::vector<TestCase> tests, const Shard& shard,
                    const std::map<std::string, double>& seconds) {
  std::vector<double> loads(static_cast<size_t>(shard.count));
  std::vector<size_t> shards(tests.size());
  for (const auto& unit :
       units_of(tests, seconds)) {  // the longest first, each to the shard with least so far
    const auto least = std::min_element(loads.begin(), loads.end());
    *least += unit.seconds;
    for (const size_t test : unit.tests) shards[test] = static_cast<size_t>(least - loads.begin());
  }
  std::set<std::string> lines;
  ShardTests part{.of = tests.size()};
  for (size_t i = 0; i < tests.size(); ++i) {
    lines.insert(std::to_string(shards[i]) + ' ' + tests[i].full_name());
    if (shards[i] + 1 == static_cast<size_t>(shard.index)) part.tests.push_back(std::move(tests[i]));
  }
  Sha256 hash;
  hash.update(std::to_string(shard.count));
  for (const auto& line : lines) hash.update(line);
  part.cut = hash.hex().substr(0, 12);
  return part;
}

}  // namespace harness
