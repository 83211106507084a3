#include "suite/recorded_command.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <fstream>

#include "base/files.h"
#include "base/glob.h"
#include "base/plain_text.h"
#include "base/template.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Status = Attempt::Status;
using Format = CaseFiles::Format;

constexpr size_t kNamed = 3, kPrintedBytes = 16'000;
constexpr uintmax_t kLargestFile = 256 << 20;
constexpr std::string_view kResults = "{results}/";

Attempt failed(std::string reason) { return {.status = Status::failed, .reason = std::move(reason)}; }

CaseRecord parsed(Format format, const std::string& text) {
  switch (format) {
    case Format::tap:
      return tap_record(text);
    case Format::test2json:
      return test2json_record(text);
    default:
      return junit_record(text);
  }
}

std::string title_of(const RecordedCase& one) {
  return one_line(one.class_name.empty() || one.class_name == one.name ? one.name
                                                                       : one.class_name + "/" + one.name);
}

std::string named(const std::vector<const RecordedCase*>& cases) {
  std::vector<std::string> names;
  for (const auto* one : cases) names.push_back(title_of(*one));
  return first_of(std::move(names), kNamed);
}

std::vector<const RecordedCase*> failed_of(const CaseRecord& record) {
  std::vector<const RecordedCase*> some;
  for (const auto& one : record.cases)
    if (one.end == RecordedCase::End::failed) some.push_back(&one);
  return some;
}

/// {tests}: words; {tests:|}: one word, with that between the names.
std::string words_of(const std::vector<std::string>& names, std::string_view between) {
  return between.empty() ? shell_quoted(names) : shell_quoted({join(names, between)});
}

}  // namespace

RecordedCommand::RecordedCommand(std::vector<const TestCase*> tests, fs::path root, fs::path results,
                                 fs::path record)
    : tests_(std::move(tests)),
      program_(*tests_.at(0)->program),
      root_(std::move(root)),
      results_(std::move(results)),
      record_(std::move(record)) {
  for (const auto& file : files()) before_[file] = identity_of(file);
  began_ = std::time(nullptr);
}

RecordedCommand::Identity RecordedCommand::identity_of(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return {};
  return {static_cast<int64_t>(status.st_dev),
          static_cast<int64_t>(status.st_ino),
          status.st_size,
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

std::vector<fs::path> RecordedCommand::files() const {
  std::vector<fs::path> all;
  for (const auto& glob : program_.cases.globs) {
    const bool own = glob.starts_with(kResults);
    const auto& folder = own ? results_ : root_;
    const auto pattern = own ? glob.substr(kResults.size()) : glob;
    for (const auto& file : glob_files(folder, pattern, [](const auto&) { return true; }))
      all.push_back(folder / file);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

TestCall RecordedCommand::call() const {
  std::vector<std::string> names;
  if (!program_.list_command.empty())
    for (const auto* test : tests_) names.push_back(test->id);
  const auto command = fill_template(
      program_.path, TemplateSyntax::braces,
      {{"tests", {.text = [&](auto between) { return words_of(names, between); }, .takes_argument = true}},
       {"results", {[&](auto) { return shell_quoted({results_.string()}); }}}});
  TestCall call{.args = {"sh", "-c", command}, .env = {{"HARNESS_RESULTS", results_.string()}}};
  if (!names.empty()) {
    write_file_atomically(names_file(), join(names, "\n") + "\n");
    call.env["HARNESS_TESTS"] = names_file().string();
  }
  if (uses_stdout())
    call.args = {"sh", "-c", "exec >\"$1\"; shift\n" + command, "sh", stdout_file().string()};
  return call;
}

CaseRecord RecordedCommand::read_files() {
  CaseRecord record;
  std::vector<std::string> old;
  size_t read = 0;
  for (const auto& file : files()) {
    const auto now = identity_of(file);
    const auto shown = one_line(
        file.lexically_relative(file.string().starts_with(results_.string() + "/") ? results_ : root_)
            .string());
    const auto before = before_.find(file);
    if (now.empty() || now[3] < began_ || (before != before_.end() && before->second == now)) {
      old.push_back(shown);
      continue;
    }
    ++read;
    std::error_code unseen;
    const auto size = fs::file_size(file, unseen);
    auto one = unseen || size > kLargestFile
                   ? CaseRecord{.problem = fmt::format("it has more than {} MiB", kLargestFile >> 20)}
                   : parsed(program_.cases.format, read_file(file));
    if (!one.problem.empty() && record.problem.empty()) record.problem = shown + ": " + one.problem;
    if (record.skipped.empty()) record.skipped = one.skipped;
    std::move(one.cases.begin(), one.cases.end(), std::back_inserter(record.cases));
  }
  const auto globs = join(program_.cases.globs, ", ");
  if (read == 0)
    record.problem = old.empty() ? fmt::format("it recorded nothing: no file matches {}", globs)
                                 : fmt::format(
                                       "it recorded nothing: what matches {} is older than this "
                                       "attempt: {}",
                                       globs, old[0]);
  return record;
}

CaseRecord RecordedCommand::read() {
  auto record = uses_stdout() ? parsed(program_.cases.format, read_file(stdout_file())) : read_files();
  if (record.cases.empty() && record.problem.empty() && record.skipped.empty())
    record.problem = "its record has no case";
  return record;
}

std::vector<Attempt> RecordedCommand::attempts(const ProcessResult& ended, const std::vector<fs::path>& logs,
                                               const fs::path& log, int timeout_seconds) {
  CaseRecord record;
  try {
    record = read();
  } catch (const std::exception& e) {
    record.problem = std::string("its record cannot be read: ") + e.what();
  }
  std::error_code ignored;
  if (uses_stdout()) {
    if (std::ifstream printed(stdout_file(), std::ios::binary); printed && printed.peek() != EOF)
      std::ofstream(log, std::ios::binary | std::ios::app) << printed.rdbuf();
    fs::remove(stdout_file(), ignored);
  }
  fs::remove(names_file(), ignored);
  std::vector<Attempt> all;
  const bool listed = !program_.list_command.empty();
  for (size_t i = 0; i < tests_.size(); ++i) {
    auto attempt = listed ? of_listed(*tests_[i], record, ended) : of_all(record, ended);
    if (listed)
      for (const auto* one : cases_called(tests_[i]->id, record.cases)) attempt.seconds += one->seconds;
    if (ended.timed_out) {
      attempt.status = Status::failed;
      attempt.reason = fmt::format("timed out after {}s", timeout_seconds);
      attempt.told_by_cases = false;
    }
    if (!listed) attempt.cases = record.cases;
    if (logs[i] != log) write_log(*tests_[i], record, log, logs[i]);
    all.push_back(std::move(attempt));
  }
  return all;
}

/// What its cases say, else what the process printed last.
void RecordedCommand::write_log(const TestCase& test, const CaseRecord& record, const fs::path& process_log,
                                const fs::path& log) const {
  std::ofstream out(log, std::ios::binary | std::ios::trunc);
  const auto own = cases_called(test.id, record.cases);
  for (const auto* one : own) out << one->output;
  if (own.empty())
    out << "--- what the process printed last ---\n" << end_of_file(process_log, kPrintedBytes);
}

/// The command as one test.
Attempt RecordedCommand::of_all(const CaseRecord& record, const ProcessResult& ended) const {
  if (!record.problem.empty()) return failed(unproved_reason(ended, record.problem));
  const auto bad = failed_of(record);
  if (bad.empty() && !ended.ok())
    return failed(record.cases.empty() ? how_it_ended(ended)
                                       : fmt::format("{}, though none of its {} cases failed",
                                                     how_it_ended(ended), record.cases.size()));
  if (record.cases.empty()) return {.status = Status::skipped, .reason = record.skipped};
  const bool any_passed = std::any_of(record.cases.begin(), record.cases.end(),
                                      [](const auto& one) { return one.end == RecordedCase::End::passed; });
  Attempt attempt{.status = any_passed ? Status::passed : Status::skipped, .told_by_cases = true};
  if (!any_passed) attempt.reason = "all its cases were skipped";
  if (bad.empty()) return attempt;
  attempt = failed(fmt::format("{} of {} cases failed: {}", bad.size(), record.cases.size(), named(bad)));
  attempt.told_by_cases = ended.signal == 0;
  if (ended.signal) attempt.reason = how_it_ended(ended) + "; " + attempt.reason;
  return attempt;
}

/// A test of the list: its own cases count, and how the process ended.
Attempt RecordedCommand::of_listed(const TestCase& test, const CaseRecord& record,
                                   const ProcessResult& ended) const {
  const auto own = cases_called(test.id, record.cases);
  const RecordedCase* worst = nullptr;
  for (const auto end : {RecordedCase::End::passed, RecordedCase::End::skipped, RecordedCase::End::failed})
    for (const auto* one : own)
      if (one->end == end && (!worst || worst->end != end)) worst = one;
  if (worst && worst->end == RecordedCase::End::failed) {
    auto attempt = failed(worst->reason);
    attempt.properties = worst->properties;
    return attempt;
  }
  if (!record.problem.empty()) return failed(unproved_reason(ended, record.problem));
  if (record.cases.empty()) return {.status = Status::skipped, .reason = record.skipped};
  if (!worst) {
    std::vector<const RecordedCase*> others;
    for (const auto& one : record.cases) others.push_back(&one);
    return failed(
        unproved_reason(ended, "the record has no case of this name, others ran: " + named(others)));
  }
  for (const auto* one : own)
    if (one->class_name != own[0]->class_name || one->suite != own[0]->suite)
      return failed(unproved_reason(ended, "several cases have this name: " + named(own) +
                                               ": what list: prints has to tell them apart by class"));
  const bool skipped = worst->end == RecordedCase::End::skipped;
  if (ended.signal || (!ended.ok() && failed_of(record).empty()))
    return failed(
        fmt::format("{} (after the test had {})", how_it_ended(ended), skipped ? "been skipped" : "passed"));
  return {.status = skipped ? Status::skipped : Status::passed,
          .reason = skipped || worst->earlier_failures > 0 ? worst->reason : "",
          .earlier_failures = skipped ? 0 : worst->earlier_failures,
          .properties = worst->properties};
}

}  // namespace harness
