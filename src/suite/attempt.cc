#include "suite/attempt.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <signal.h>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

using Kind = TestProgram::Kind;

std::vector<std::string> args_of(const TestCase& test, const AttemptSettings& settings, int timeout) {
  switch (test.program->kind) {
    case Kind::gtest:
      return {(settings.root / test.program->path).string(), "--gtest_filter=" + test.suite + "." + test.name, "--gtest_color=no"};
    case Kind::go:  // as `go test -v` calls it, but for the time limit, which is kept here
      return {test.id, "-test.run=^" + test.name + "$", "-test.v=true", "-test.paniconexit0", "-test.timeout=0"};
    case Kind::pytest:  // shortly before the limit Python prints what each thread waits for
      return {test.program->python, "-m", "pytest", "--rootdir=" + settings.root.string(), "-p", "no:cacheprovider", "--color=no", "--verbosity=0",
              "-o", fmt::format("faulthandler_timeout={}", std::max(1, timeout - 1)), test.id};
    case Kind::command: return {"sh", "-c", test.program->path};
  }
  return {};
}

/// A command says "skipped" with exit code 77 (as automake and ctest do), other tests in their output.
bool was_skipped(const TestCase& test, const ProcessResult& ended, const std::filesystem::path& log) {
  if (test.program->kind == Kind::command) return ended.exit_code == 77;
  if (!ended.ok()) return false;
  const auto text = end_of_file(log, 100'000);  // each of them sums up at its end
  const auto says = [&](const std::string& words) { return text.find(words) != std::string::npos; };
  switch (test.program->kind) {
    case Kind::gtest: return says("[  SKIPPED ] " + test.suite + "." + test.name);
    case Kind::go: return says("--- SKIP: " + test.name + " ");
    default: return RE2::PartialMatch(tail(text, 1), "(^|[ =])1 skipped\\b");
  }
}

}  // namespace

Attempt run_attempt(const TestCase& test, const AttemptSettings& settings, const std::filesystem::path& log, size_t number, std::stop_token stop) {
  const int timeout = test.timeout_seconds > 0 ? test.timeout_seconds : static_cast<int>(settings.timeout.count());
  Command command{.args = args_of(test, settings, timeout),
                  .dir = test.dir.empty() ? settings.root : std::filesystem::path(test.dir),
                  .env = settings.env,
                  .output_file = log,
                  .timeout = std::chrono::seconds(timeout),
                  .timeout_signal = test.program->kind == Kind::go ? SIGQUIT : SIGTERM};
  for (const auto& [key, value] : test.program->env) command.env[key] = value;
  const auto artifacts = log.string() + ".d";
  std::filesystem::remove_all(artifacts);  // of an earlier run
  std::filesystem::create_directories(artifacts);
  command.env["HARNESS_ARTIFACTS"] = artifacts;
  const TempDir tmp(settings.tmp_dir / std::to_string(number));  // a short name: sockets may be made in it
  command.env["TMPDIR"] = tmp.path().string();

  const auto begin = std::chrono::steady_clock::now();
  const auto ended = run(command, stop);
  Attempt attempt{.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
  std::error_code ignored;
  std::filesystem::remove(artifacts, ignored);  // only when it is empty
  if (!ended.timed_out && was_skipped(test, ended, log)) {
    attempt.status = Attempt::Status::skipped;
  } else if (ended.ok() && !ended.timed_out) {
    attempt.status = Attempt::Status::passed;
  } else {
    attempt.reason = ended.timed_out ? fmt::format("timed out after {}s", timeout)
                     : ended.signal  ? fmt::format("killed by signal {}", ended.signal)
                                     : fmt::format("exit code {}", ended.exit_code);
  }
  return attempt;
}

}  // namespace harness
