#include "suite/processes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace harness {

namespace {

using Positions = std::vector<size_t>;

constexpr double kWorthAProcess = 1, kUnknown = 0.5;  ///< seconds
constexpr size_t kLongestArgument = 60'000;           ///< of names in it; the system's limit is 128 KiB

class Division {
 public:
  Division(const std::vector<const TestCase*>& tests, size_t jobs,
           const std::function<double(const TestCase&)>& seconds)
      : tests_(tests), jobs_(jobs) {
    for (const auto* test : tests) {
      const auto known = seconds(*test);
      seconds_.push_back(known < 0 ? kUnknown : known);
      known_.push_back(std::max(0.0, known));
    }
  }

  std::vector<Positions> processes() {
    for (auto& [key, positions] : by_program()) {
      const auto& first = *tests_[positions[0]];
      const bool in_order = first.program->in_file_order;
      if (first.is_spec || (first.program->kind == TestProgram::Kind::pytest && !in_order))
        add_parts(positions);
      else
        add_as_arguments(positions);
    }
    std::stable_sort(processes_.begin(), processes_.end(), [this](const auto& a, const auto& b) {
      const auto of_a = sum(known_, a), of_b = sum(known_, b);
      return of_a != of_b ? of_a > of_b : a[0] < b[0];
    });
    return std::move(processes_);
  }

 private:
  using Key = std::tuple<const TestProgram*, std::string, std::string, std::string, int, std::string>;

  std::map<Key, Positions> by_program() {
    std::map<Key, Positions> groups;
    for (size_t i = 0; i < tests_.size(); ++i) {
      const auto& test = *tests_[i];
      const bool by_call = test.is_go() || test.is_spec;
      const bool is_gtest = test.program->kind == TestProgram::Kind::gtest;
      const bool can_share =
          !is_gtest || test.call.find_first_of("-*?:") == std::string::npos;  // in one filter
      const bool shares = test.program->shared && can_share && !test.breakage;
      if (shares || !test.ordered.empty())
        groups[{test.program, by_call ? test.call : "", test.subtests, test.without_subtests,
                test.timeout_seconds, shares ? "" : test.ordered}]
            .push_back(i);
      else
        processes_.push_back({i});
    }
    return groups;
  }

  static double sum(const std::vector<double>& seconds, const Positions& positions) {
    return std::accumulate(positions.begin(), positions.end(), 0.0,
                           [&](double total, size_t i) { return total + seconds[i]; });
  }

  void add_as_arguments(const Positions& positions) {
    size_t bytes = 0;
    Positions part;
    for (const auto i : positions) {
      if (bytes + tests_[i]->id.size() > kLongestArgument && !part.empty()) {
        processes_.push_back(std::exchange(part, {}));
        bytes = 0;
      }
      bytes += tests_[i]->id.size() + 1;
      part.push_back(i);
    }
    processes_.push_back(part);
  }

  /// What stays together.
  std::vector<Positions> pieces_of_files(const Positions& positions, size_t parts) const {
    std::vector<Positions> pieces;
    for (const auto i : positions) {
      if (pieces.empty() || tests_[pieces.back()[0]]->call != tests_[i]->call) pieces.push_back({});
      pieces.back().push_back(i);
    }
    if (pieces.size() >= parts) return pieces;
    pieces.clear();
    for (const auto i : positions) pieces.push_back({i});
    return pieces;
  }

  std::vector<Positions> pieces_of_specs(const Positions& positions) const {
    const auto& first = *tests_[positions[0]];
    if (first.undivided || first.program->in_file_order) return {positions};
    std::vector<Positions> pieces;
    std::map<std::string, size_t> of_container;
    for (const auto i : positions) {
      const auto& container = tests_[i]->ordered;
      const auto [known, is_new] = of_container.emplace(container, pieces.size());
      if (is_new || container.empty())
        pieces.push_back({i});
      else
        pieces[known->second].push_back(i);
    }
    return pieces;
  }

  void add_parts(const Positions& positions) {
    const double total = sum(seconds_, positions);
    const auto parts =
        std::clamp(static_cast<size_t>(total / kWorthAProcess), size_t{1}, std::max(jobs_, size_t{1}));
    const auto pieces =
        tests_[positions[0]]->is_spec ? pieces_of_specs(positions) : pieces_of_files(positions, parts);
    double before = 0;
    Positions part;
    size_t number = 1;
    for (const auto& piece : pieces) {
      part.insert(part.end(), piece.begin(), piece.end());
      before += sum(seconds_, piece);
      if (before < total * static_cast<double>(number) / static_cast<double>(parts)) continue;
      processes_.push_back(std::exchange(part, {}));
      ++number;
    }
    if (!part.empty()) processes_.push_back(part);
  }

  const std::vector<const TestCase*>& tests_;
  const size_t jobs_;
  std::vector<double> seconds_, known_;
  std::vector<Positions> processes_;
};

}  // namespace

std::vector<const TestCase*> run_before(const TestCase& test, const std::vector<const TestCase*>& tests) {
  std::vector<const TestCase*> before;
  if (test.ordered.empty()) return before;
  for (const auto* other : tests) {
    if (other == &test) break;
    if (other->program == test.program && other->call == test.call && other->ordered == test.ordered)
      before.push_back(other);
  }
  return before;
}

std::vector<std::vector<size_t>> divided_into_processes(
    const std::vector<const TestCase*>& tests, size_t jobs,
    const std::function<double(const TestCase&)>& seconds) {
  return Division(tests, jobs, seconds).processes();
}

void sort_as_listed(std::vector<Positions>& processes) {
  std::stable_sort(processes.begin(), processes.end(),
                   [](const auto& a, const auto& b) { return a[0] < b[0]; });
}

/// The turn of an entry is where its first process was.
std::vector<Turn> divided_into_turns(const std::vector<const TestCase*>& tests,
                                     const std::vector<Positions>& processes) {
  std::vector<Turn> turns;
  std::map<const TestProgram*, size_t> of_entries;
  for (const auto& process : processes) {
    const auto* program = tests[process[0]]->program;
    if (program->in_file_order) {
      const auto [turn, is_new] = of_entries.emplace(program, turns.size());
      if (!is_new) {
        turns[turn->second].push_back(process);
        continue;
      }
    }
    turns.push_back({process});
  }
  for (auto& turn : turns) sort_as_listed(turn);
  return turns;
}

}  // namespace harness
