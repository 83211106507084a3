#include "suite/report.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/plain_text.h"
#include "base/process.h"
#include "base/text.h"
#include "suite/names.h"
#include "suite/results_json.h"
#include "suite/timeline.h"

namespace harness {

namespace {

using Status = TestResult::Status;

/// TAP: a # begins a directive, a backslash escapes.
std::string tap_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (c == '#' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

const char* status_word(Status status) {
  switch (status) {
    case Status::passed:
      return "passed";
    case Status::failed:
      return "failed";
    case Status::skipped:
      return "skipped";
    case Status::flaky:
      return "flaky";
    case Status::not_run:
      return "not run";
  }
  return "";
}

std::string why_skipped(const TestResult& result) {
  return result.reason.empty() ? "skipped by the test" : result.reason;
}

std::string why_not_run(const TestResult& result) {
  return result.reason.empty() ? "not run: the run was interrupted" : result.reason;
}

std::string tap_text(const std::vector<TestResult>& results) {
  std::string text = fmt::format("TAP version 14\n1..{}\n", results.size());
  size_t number = 0;
  for (const auto& result : results) {
    const bool failed = result.status == Status::failed;
    std::string directive;
    if (result.status == Status::skipped) directive = " # SKIP " + tap_escaped(why_skipped(result));
    if (result.status == Status::not_run) directive = " # SKIP " + tap_escaped(why_not_run(result));
    text += fmt::format("{}ok {} - {}{}\n", failed ? "not " : "", ++number, tap_escaped(result.test->title()),
                        directive);
    if (failed || result.status == Status::flaky)
      text += fmt::format("  ---\n  message: {}\n  severity: {}\n  seconds: {:.3f}\n  ...\n",
                          nlohmann::json(plain_text(result.reason))
                              .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace),
                          failed ? "fail" : "flaky", result.seconds);
  }
  return text;
}

std::string counts_line(const std::vector<TestResult>& results) {
  auto number = [&](Status status) {
    return std::count_if(results.begin(), results.end(), [&](const auto& r) { return r.status == status; });
  };
  const auto skipped = number(Status::skipped) + number(Status::not_run), flaky = number(Status::flaky);
  return fmt::format("{} passed, {} failed", number(Status::passed), number(Status::failed)) +
         (flaky ? fmt::format(", {} flaky", flaky) : "") +
         (skipped ? fmt::format(", {} skipped", skipped) : "");
}

std::string rerun_command(const std::string& program, const TestCase& test) {
  const auto exact = [](const std::string& text) { return "^" + RE2::QuoteMeta(text) + "$"; };
  if (test.program->cases && test.program->list_command.empty())  // only the whole can be run
    return program + " -no-setup -run=" + shell_quoted({exact(shown_name(test.program->name))});
  if (test.breakage) return program + " -no-setup -run=" + shell_quoted({exact(test.suite) + "/"});
  return program + " -no-setup -run=" +
         shell_quoted({(test.suite.empty() ? exact(test.name) : exact(test.suite) + "/" + exact(test.name)) +
                       (test.subtests.empty() ? "" : "/" + test.subtests)});
}

void write_reports(const std::filesystem::path& dir, const RunInfo& run,
                   const std::vector<TestResult>& results) {
  create_folders(dir);
  write_file_atomically(dir / "junit_01.xml", junit_xml(results));
  write_file_atomically(dir / "results.json", results_json(run, results));
  write_file_atomically(dir / "tap.txt", tap_text(results));
  write_file_atomically(dir / "report.html", report_html(run, results));
  write_file_atomically(dir / "trace.json", trace_json(run.spans));
}

}  // namespace harness
