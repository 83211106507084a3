#include "suite/results_json.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "suite/names.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Status = TestResult::Status;

constexpr Status kStatuses[] = {Status::passed, Status::failed, Status::skipped, Status::flaky,
                                Status::not_run};

double seconds_of(Span::Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

Span::Time time_of(double seconds) {
  return Span::Time(std::chrono::duration_cast<Span::Time::duration>(std::chrono::duration<double>(seconds)));
}

/// Of a run that was on another machine, too.
fs::path log_of(const std::string& written, const fs::path& dir) {
  if (written.empty() || fs::exists(written)) return written;
  const auto at = written.rfind("/tests/");
  return at == std::string::npos ? fs::path(written) : dir / written.substr(at + 1);
}

Status status_of(const std::string& word) {
  for (const auto status : kStatuses)
    if (word == status_word(status)) return status;
  throw std::runtime_error("\"" + word + "\" is not a status");
}

RunInfo run_of(const Json& json) {
  RunInfo run{.project = json.at("project"),
              .command = json.at("command"),
              .program = json.at("program"),
              .begin = time_of(json.at("begin")),
              .end = time_of(json.at("end")),
              .remarks = json.at("remarks")};
  for (const auto& one : json.at("outside"))
    run.outside.push_back({one.at("who"), one.at("destination"), one.at("times")});
  for (const auto& one : json.at("fake_gaps"))
    run.gaps.push_back({one.at("fake"), one.at("request"), one.at("what"), one.at("times"), one.at("tests")});
  if (json.contains("exit_code")) run.exit_code = json["exit_code"].get<int>();
  if (json.contains("shard")) {
    const auto& shard = json["shard"];
    run.shard = {shard.at("index"), shard.at("count"), shard.at("tests"), shard.at("of"), shard.at("cut")};
  }
  return run;
}

/// A test with the program that it refers to.
struct ReadTest {
  TestProgram program;
  TestCase test;
};

std::shared_ptr<const TestCase> test_of(const Json& json) {
  const auto read = std::make_shared<ReadTest>();
  read->program.name = json.at("entry");
  if (json.at("whole_entry")) read->program.cases.format = CaseFiles::Format::junit;
  read->test = {.program = &read->program,
                .suite = json.at("suite"),
                .name = json.at("test"),
                .subtests = json.at("subtests"),
                .labels = json.at("labels"),
                .owner = json.at("owner"),
                .file = json.at("file"),
                .line = json.at("line")};
  return {read, &read->test};
}

TestResult result_of(const Json& json, const fs::path& dir) {
  const auto test = test_of(json);
  return {.test = test.get(),
          .recorded = test,
          .status = status_of(json.at("status")),
          .seconds = json.at("seconds"),
          .reason = json.at("reason"),
          .log = log_of(json.at("log"), dir),
          .attempts = json.at("attempts"),
          .failures = json.at("failures"),
          .seen = json.at("seen"),
          .properties = json.at("properties")};
}

}  // namespace

std::string results_json(const RunInfo& run, const std::vector<TestResult>& results) {
  Json counts = Json::object(), tests = Json::array(), outside = Json::array(), gaps = Json::array();
  for (const auto& attempt : run.outside)
    outside.push_back({{"who", attempt.who}, {"destination", attempt.destination}, {"times", attempt.times}});
  for (const auto& gap : run.gaps)
    gaps.push_back({{"fake", gap.fake},
                    {"request", gap.request},
                    {"what", gap.what},
                    {"times", gap.times},
                    {"tests", gap.tests}});
  for (const auto status : kStatuses) counts[status_word(status)] = 0;
  for (const auto& result : results) {
    counts[status_word(result.status)] = counts[status_word(result.status)].get<int>() + 1;
    const auto& test = *result.test;
    Json properties = Json::object();
    for (const auto& [key, value] : result.properties) properties[plain_text(key)] = plain_text(value);
    tests.push_back({{"name", test.full_name()},
                     {"suite", test.suite},
                     {"test", test.name},
                     {"subtests", test.subtests},
                     {"entry", test.program->name},
                     {"whole_entry", test.program->cases && test.program->list_command.empty()},
                     {"status", status_word(result.status)},
                     {"seconds", result.seconds},
                     {"reason", plain_text(result.status == Status::not_run   ? why_not_run(result)
                                           : result.status == Status::skipped ? why_skipped(result)
                                                                              : result.reason)},
                     {"attempts", result.attempts},
                     {"failures", result.failures},
                     {"log", result.log.string()},
                     {"seen", result.seen},
                     {"labels", test.labels},
                     {"owner", test.owner},
                     {"file", test.file},
                     {"line", test.line},
                     {"properties", properties}});
  }
  Json json{{"project", run.project},
            {"command", run.command},
            {"program", run.program},
            {"begin", seconds_of(run.begin)},
            {"end", seconds_of(run.end)}};
  if (run.exit_code) json["exit_code"] = *run.exit_code;
  if (run.shard)
    json["shard"] = {{"index", run.shard->index},
                     {"count", run.shard->count},
                     {"tests", run.shard->tests},
                     {"of", run.shard->of},
                     {"cut", run.shard->cut}};
  json["counts"] = counts;
  json["remarks"] = run.remarks;
  json["outside"] = outside;
  json["fake_gaps"] = gaps;
  json["tests"] = tests;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

ReadRun read_results(const fs::path& file) {
  try {
    const auto json = Json::parse(read_file(file));
    ReadRun read{run_of(json), {}};
    for (const auto& one : json.at("tests")) read.results.push_back(result_of(one, file.parent_path()));
    return read;
  } catch (const std::exception& e) {
    throw Error(file.string() + " is not a results.json of a run: " + e.what(),
                {.hint = "a run writes it into its artifacts (-artifacts=DIR)", .exit_code = kUsage});
  }
}

std::map<std::string, double> seconds_of(const std::vector<TestResult>& results) {
  std::map<std::string, double> seconds;
  for (const auto& result : results) {
    if (result.attempts == 0) continue;
    const auto& program = *result.test->program;
    const bool is_whole = program.cases && program.list_command.empty();
    seconds[is_whole ? shown_name(program.name) : result.test->full_name()] +=
        result.seconds / result.attempts;
  }
  return seconds;
}

}  // namespace harness
