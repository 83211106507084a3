#include "suite/attempt.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <signal.h>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
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

Attempts::Attempts(const AttemptSettings& settings) : settings_(settings) { fs::create_directories(settings.tmp_dir); }

Attempts::~Attempts() {
  std::error_code ignored;
  for (const auto& folder : free_folders_) fs::remove(folder, ignored);
}

fs::path Attempts::take_folder() {
  const std::lock_guard lock(mutex_);
  if (free_folders_.empty()) {
    const auto folder = settings_.tmp_dir / std::to_string(++last_folder_);  // a short name: sockets may be made in it
    fs::remove_all(folder);  // of a run that was killed
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms::owner_all);
    return folder;
  }
  auto folder = std::move(free_folders_.back());
  free_folders_.pop_back();
  return folder;
}

void Attempts::give_back(const fs::path& folder) {
  std::error_code failed;
  if (!fs::is_empty(folder, failed) || failed || (fs::status(folder).permissions() & fs::perms::all) != fs::perms::owner_all) {
    fs::remove_all(folder, failed);
    return;
  }
  const std::lock_guard lock(mutex_);
  free_folders_.push_back(folder);
}

Attempt Attempts::run(const TestCase& test, const fs::path& log, std::stop_token stop) {
  const int timeout = test.timeout_seconds > 0 ? test.timeout_seconds : static_cast<int>(settings_.timeout.count());
  Command command{.args = args_of(test, settings_, timeout),
                  .dir = test.dir.empty() ? settings_.root : fs::path(test.dir),
                  .env = settings_.env,
                  .output_file = log,
                  .timeout = std::chrono::seconds(timeout),
                  .timeout_signal = test.program->kind == Kind::go ? SIGQUIT : SIGTERM};
  for (const auto& [key, value] : test.program->env) command.env[key] = value;
  const fs::path artifacts = log.string() + ".d";
  fs::remove_all(artifacts);  // of an earlier run
  struct Folder {
    explicit Folder(Attempts& owner) : attempts(owner), path(owner.take_folder()) {}
    ~Folder() { attempts.give_back(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Attempts& attempts;
    const fs::path path;
  };
  const Folder tmp(*this), kept(*this);
  std::error_code other_device;
  fs::rename(kept.path, artifacts, other_device);
  if (other_device) create_folders(artifacts);
  command.env["HARNESS_ARTIFACTS"] = artifacts.string();
  command.env["TMPDIR"] = tmp.path.string();

  const auto begin = std::chrono::steady_clock::now();
  const auto ended = harness::run(command, stop);
  Attempt attempt{.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
  if (std::error_code failed; fs::is_empty(artifacts, failed) && !failed) {
    if (!other_device) fs::rename(artifacts, kept.path, failed);
    if (other_device || failed) fs::remove(artifacts, failed);
  }
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
