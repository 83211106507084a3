#include "cli/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/results_json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Status = TestResult::Status;

struct Part {
  fs::path dir;
  ReadRun read;
};

std::vector<Part> read_parts(const std::vector<fs::path>& dirs) {
  std::vector<Part> parts;
  for (const auto& dir : dirs) {
    const auto file = dir.extension() == ".json" ? dir : dir / "results.json";
    parts.push_back({dir, read_results(fs::absolute(file))});
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    const auto index = [](const Part& part) { return part.read.run.shard ? part.read.run.shard->index : 0; };
    return index(a) < index(b);
  });
  return parts;
}

void refuse_twice(const std::vector<Part>& parts) {
  std::map<std::string, const Part*> seen;
  for (const auto& part : parts)
    for (const auto& result : part.read.results)
      if (const auto [other, is_new] = seen.emplace(result.test->full_name(), &part); !is_new)
        throw Error(fmt::format("{} is in {} and in {}", result.test->full_name(),
                                other->second->dir.string(), part.dir.string()),
                    {.hint = "each test is in one shard of a run; name: at an entry of tests: tells those of "
                             "different runs apart",
                     .exit_code = kUsage});
}

bool is_bad(const TestResult& result) {
  return result.status == Status::failed || result.status == Status::not_run;
}

bool has_bad(const std::vector<TestResult>& results) {
  return std::any_of(results.begin(), results.end(), is_bad);
}

/// Why this run counts as failed beside its tests; empty where it does not. A run may fail with each test
/// passed: -strict is such a case.
std::string failure_of(const ReadRun& read) {
  const auto code = read.run.exit_code;
  if (!code) return "the run did not come to its end";
  if (*code == kPassed || (*code == kTestsFailed && has_bad(read.results))) return "";
  if (*code == kTestsFailed) return "the run ended with 1, and no test of it failed";
  return fmt::format("the run ended with {}", *code);
}

/// What keeps these from being one whole run that ended well, except for its tests.
std::vector<std::string> gaps_in(const std::vector<Part>& parts) {
  std::vector<std::string> gaps;
  const auto first = std::find_if(parts.begin(), parts.end(),
                                  [](const Part& part) { return part.read.run.shard.has_value(); });
  std::set<int> there;
  for (const auto& part : parts) {
    const auto& run = part.read.run;
    if (const auto why = failure_of(part.read); !why.empty())
      gaps.push_back(fmt::format("{}: {}", part.dir.string(), why));
    if (!run.shard) continue;
    there.insert(run.shard->index);
    if (run.shard->cut != first->read.run.shard->cut)
      gaps.push_back(
          fmt::format("{} and {} were not cut the same way: they chose different tests, or had different "
                      "-timings, so some tests may not have run at all",
                      first->dir.string(), part.dir.string()));
  }
  if (first == parts.end()) return gaps;
  const int count = first->read.run.shard->count;
  for (int index = 1; index <= count; ++index)
    if (!there.contains(index)) gaps.push_back(fmt::format("shard {} of {} is missing", index, count));
  return gaps;
}

RunInfo whole(const std::vector<Part>& parts, const std::string& command) {
  RunInfo run = parts.front().read.run;
  run.shard.reset();
  run.command = command;
  for (size_t i = 1; i < parts.size(); ++i) {
    const auto& other = parts[i].read.run;
    run.begin = std::min(run.begin, other.begin);
    run.end = std::max(run.end, other.end);
    run.outside.insert(run.outside.end(), other.outside.begin(), other.outside.end());
    run.gaps.insert(run.gaps.end(), other.gaps.begin(), other.gaps.end());
    for (const auto& remark : other.remarks)
      if (std::find(run.remarks.begin(), run.remarks.end(), remark) == run.remarks.end())
        run.remarks.push_back(remark);
  }
  return run;
}

}  // namespace

int merge_results(const Options& options, const std::string& command, Terminal& terminal) {
  const auto parts = read_parts(options.merged);
  refuse_twice(parts);
  const auto gaps = gaps_in(parts);
  auto run = whole(parts, command);
  std::vector<TestResult> results;
  for (const auto& part : parts)
    results.insert(results.end(), part.read.results.begin(), part.read.results.end());
  const int code = gaps.empty() && !has_bad(results) ? kPassed : kTestsFailed;
  run.exit_code = code;
  run.remarks.insert(run.remarks.begin(), gaps.begin(), gaps.end());
  write_reports(options.output, run, results);
  for (const auto& result : results)
    if (is_bad(result))
      terminal.line(fmt::format("{} {}: {}", result.status == Status::failed ? "FAIL" : "NOT RUN",
                                result.test->title(),
                                result.status == Status::failed ? result.reason : why_not_run(result)));
  terminal.line(counts_line(results));
  terminal.info("reports: " + (options.output / "report.html").string());
  if (!gaps.empty())
    throw Error("parts of the run are missing or failed",
                {.output_tail = join(gaps, "\n"),
                 .hint = "the reports have the rest; run those parts again",
                 .exit_code = kTestsFailed});
  return code;
}

}  // namespace harness
