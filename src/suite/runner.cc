#include "suite/runner.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

std::string file_name(const TestCase& test) {
  std::string name = test.full_name() + ".log";
  for (char& c : name)
    if (c == '/') c = '.';
  return name;
}

Command command_of(const TestCase& test, const RunSettings& settings, const TestResult& result) {
  Command command{.args = {"sh", "-c", test.program->path},
                  .dir = settings.root,
                  .env = settings.env,
                  .output_file = result.log,
                  .timeout = std::chrono::seconds(test.program->timeout_seconds)};
  if (test.program->kind == TestProgram::Kind::gtest)
    command.args = {(settings.root / test.program->path).string(), "--gtest_filter=" + test.suite + "." + test.name, "--gtest_color=no"};
  for (const auto& [key, value] : test.program->env) command.env[key] = value;
  const auto artifacts = settings.log_dir / (file_name(test) + ".d");
  std::filesystem::create_directories(artifacts);
  command.env["HARNESS_ARTIFACTS"] = artifacts.string();
  return command;
}

/// A command says "skipped" with exit code 77 (as automake and ctest do), a GoogleTest in its output.
bool was_skipped(const TestCase& test, const ProcessResult& ended, const std::filesystem::path& log) {
  if (test.program->kind == TestProgram::Kind::command) return ended.exit_code == 77;
  return ended.ok() && read_file(log).find("[  SKIPPED ] " + test.suite + "." + test.name) != std::string::npos;
}

void run_one(const TestCase& test, const RunSettings& settings, TestResult& result, size_t number, std::stop_token stop) {
  result.log = settings.log_dir / file_name(test);
  auto command = command_of(test, settings, result);
  const TempDir tmp(settings.tmp_dir / std::to_string(number));  // a short name: sockets may be made in it
  command.env["TMPDIR"] = tmp.path().string();
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = run(command, stop);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::error_code ignored;
  std::filesystem::remove(settings.log_dir / (file_name(test) + ".d"), ignored);  // only when it is empty
  if (was_skipped(test, ended, result.log)) {
    result.status = TestResult::Status::skipped;
  } else if (ended.ok()) {
    result.status = TestResult::Status::passed;
  } else {
    result.status = TestResult::Status::failed;
    result.reason = ended.timed_out ? fmt::format("timed out after {}s", test.program->timeout_seconds)
                    : ended.signal  ? fmt::format("killed by signal {}", ended.signal)
                                    : fmt::format("exit code {}", ended.exit_code);
  }
}

const char* word(TestResult::Status status) {
  switch (status) {
    case TestResult::Status::passed: return "PASS";
    case TestResult::Status::failed: return "FAIL";
    case TestResult::Status::skipped: return "SKIP";
    case TestResult::Status::not_run: return "----";
  }
  return "";
}

}  // namespace

std::vector<TestResult> run_tests(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal, std::stop_token stop) {
  std::filesystem::create_directories(settings.log_dir);
  std::filesystem::create_directories(settings.tmp_dir);
  std::vector<TestResult> results(tests.size());
  for (size_t i = 0; i < tests.size(); ++i) results[i].test = &tests[i];
  std::atomic<size_t> next = 0;
  auto worker = [&] {
    for (size_t i; (i = next++) < tests.size() && !stop.stop_requested();) {
      auto task = terminal.start("test", tests[i].full_name());
      try {
        run_one(tests[i], settings, results[i], i, stop);
      } catch (const Cancelled&) {
        results[i].reason = "interrupted";
        return;
      } catch (const std::exception& e) {
        results[i].status = TestResult::Status::failed;
        results[i].reason = e.what();
      }
      terminal.line(fmt::format("{} {} ({})", word(results[i].status), tests[i].full_name(), format_seconds(results[i].seconds)));
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(tests.size(), static_cast<size_t>(settings.jobs)); ++i) threads.emplace_back(worker);
  threads.clear();
  return results;
}

}  // namespace harness
