#include "suite/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/files.h"
#include "base/process.h"
#include "suite/environment.h"
#include "suite/follow.h"
#include "suite/programs/shared.h"
#include "suite/recorded_command.h"
#include "suite/shared_run.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

Environment with(Environment environment, const Environment& more) {
  for (const auto& [name, value] : more) environment[name] = value;
  return environment;
}

}  // namespace

Attempts::Attempts(const AttemptSettings& settings) : settings_(settings), env_(test_environment()) {
  fs::create_directories(settings.tmp_dir);
}

Attempts::~Attempts() {
  std::error_code ignored;
  for (const auto& folder : free_folders_) fs::remove(folder, ignored);
}

fs::path Attempts::take_folder() {
  const std::lock_guard lock(mutex_);
  if (free_folders_.empty()) {
    const auto folder =
        settings_.tmp_dir / std::to_string(++last_folder_);  // a short name: sockets may be made in it
    fs::remove_all(folder);                                  // of a run that was killed
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
  if (!fs::is_empty(folder, failed) || failed ||
      (fs::status(folder).permissions() & fs::perms::all) != fs::perms::owner_all) {
    fs::remove_all(folder, failed);
    return;
  }
  const std::lock_guard lock(mutex_);
  free_folders_.push_back(folder);
}

Environment Attempts::environment_of(const TestProgram& program) const {
  const auto general = settings_.env_of.find(&program);
  const auto own = settings_.own_env.find(&program);
  return with(with(env_, general == settings_.env_of.end() ? settings_.env : general->second),
              own == settings_.own_env.end() ? program.env : own->second);
}

Command Attempts::command_of(const TestCase& test, const TestCall& call, const Environment& env,
                             const fs::path& log, const Folder& tmp) const {
  Command command{.args = call.args,
                  .dir = test.dir.empty() ? settings_.root : fs::path(test.dir),
                  .env = with(env, call.env),
                  .only_env = true,
                  .output_file = log,
                  .timeout_signal = call.timeout_signal};
  command.env["HARNESS_ARTIFACTS"] = log.string() + ".d";
  command.env["TMPDIR"] = tmp.path.string();
  return command;
}

std::chrono::seconds Attempts::timeout_of(const TestCase& test) const {
  return test.timeout_seconds > 0 ? std::chrono::seconds(test.timeout_seconds) : settings_.timeout;
}

/// Never used twice: an earlier attempt's child may still write.
fs::path Attempts::new_record() { return settings_.tmp_dir / fmt::format("record-{}", ++last_record_); }

BatchRest Attempts::run_together(const Batch& batch, BatchObserver& observer, std::stop_token stop) {
  const auto& first = *batch.tests.at(0);
  if (first.program->cases) return run_recorded_together(batch, observer, stop);
  const auto env = environment_of(*first.program);
  const auto timeout = timeout_of(first);
  const auto process = framework_of(first.program->kind)
                           .share({.tests = batch.tests,
                                   .logs = batch.logs,
                                   .root = settings_.root,
                                   .scratch = settings_.tmp_dir,
                                   .record = new_record(),
                                   .log = batch.log,
                                   .env = env,
                                   .timeout_seconds = static_cast<int>(timeout.count()),
                                   .one_by_one = batch.one_by_one,
                                   .fail_fast = batch.fail_fast});
  const Folder tmp(*this);
  const auto command = command_of(first, process->call(), env, batch.log, tmp);
  const fs::path artifacts = batch.log.string() + ".d";
  fs::remove_all(artifacts);
  create_folders(artifacts);
  auto rest = SharedRun(batch, *process, command, timeout, observer, settings_.follower).run(stop);
  std::error_code kept;
  fs::remove(artifacts, kept);
  if (rest.well) fs::remove(batch.log, kept);
  fs::remove(batch.log.parent_path(), kept);
  return rest;
}

Attempt Attempts::run(const TestCase& test, const fs::path& log, std::stop_token stop,
                      std::vector<const TestCase*> before) {
  if (test.breakage) {
    fs::remove_all(log.string() + ".d");  // of an earlier run
    return followed(settings_.follower, log, test.full_name(), [&] {
      std::ofstream(log, std::ios::binary | std::ios::trunc) << test.breakage->output << "\n";
      return Attempt{.reason = test.breakage->reason};
    });
  }
  if (test.program->kind == TestProgram::Kind::helm)
    return followed(settings_.follower, log, test.full_name(),
                    [&] { return settings_.run_chart_test(test, log, timeout_of(test), stop); });
  if (test.program->cases) return run_recorded({&test}, {log}, log, stop).at(0);
  const auto& framework = framework_of(test.program->kind);
  const int timeout = static_cast<int>(timeout_of(test).count());
  const auto env = environment_of(*test.program);
  const CallRequest request{.test = test,
                            .root = settings_.root,
                            .scratch = settings_.tmp_dir,
                            .record = new_record(),
                            .env = env,
                            .timeout_seconds = timeout,
                            .before = std::move(before)};
  const fs::path artifacts = log.string() + ".d";
  fs::remove_all(artifacts);  // of an earlier run
  const Folder tmp(*this), kept(*this);
  auto command = command_of(test, framework.call(request), env, log, tmp);
  command.timeout = std::chrono::seconds(timeout);
  std::error_code other_device;
  fs::rename(kept.path, artifacts, other_device);
  if (other_device) create_folders(artifacts);

  const auto begin = std::chrono::steady_clock::now();
  const auto ended =
      followed(settings_.follower, log, test.full_name(), [&] { return harness::run(command, stop); });
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (std::error_code failed; fs::is_empty(artifacts, failed) && !failed) {
    if (!other_device) fs::rename(artifacts, kept.path, failed);
    if (other_device || failed) fs::remove(artifacts, failed);
  }
  auto attempt = judge(test, framework.read(request, log, ended), ended, timeout);
  attempt.seconds = seconds;
  return attempt;
}

std::vector<Attempt> Attempts::run_recorded(const std::vector<const TestCase*>& tests,
                                            const std::vector<fs::path>& logs, const fs::path& log,
                                            std::stop_token stop) {
  const auto& test = *tests.at(0);
  const int timeout = static_cast<int>(timeout_of(test).count());
  const fs::path artifacts = log.string() + ".d", results = artifacts / "results";
  fs::remove_all(artifacts);  // of an earlier run
  create_folders(results);
  RecordedCommand recorded(tests, settings_.root, results, new_record());
  const Folder tmp(*this);
  auto command = command_of(test, recorded.call(), environment_of(*test.program), log, tmp);
  command.timeout = std::chrono::seconds(timeout);
  const auto begin = std::chrono::steady_clock::now();
  auto attempts = followed(settings_.follower, log, test.full_name(), [&] {
    const auto ended = harness::run(command, stop);
    return recorded.attempts(ended, logs, log, timeout);
  });
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (tests.size() == 1) attempts[0].seconds = seconds;
  const bool all_well = std::none_of(attempts.begin(), attempts.end(), [](const auto& attempt) {
    return attempt.status == Attempt::Status::failed;
  });
  std::error_code kept;
  if (all_well) fs::remove_all(results, kept);
  fs::remove(results, kept);
  fs::remove(artifacts, kept);
  return attempts;
}

BatchRest Attempts::run_recorded_together(const Batch& batch, BatchObserver& observer, std::stop_token stop) {
  const auto began = std::chrono::system_clock::now();
  for (const auto& log : batch.logs) fs::remove_all(log.string() + ".d");  // of an earlier run
  for (size_t i = 0; i < batch.tests.size(); ++i) observer.began(i);
  const auto attempts = run_recorded(batch.tests, batch.logs, batch.log, stop);
  BatchRest rest{.well = true};
  for (size_t i = 0; i < attempts.size(); ++i) {
    rest.well = rest.well && attempts[i].status != Attempt::Status::failed;
    observer.ended(i, attempts[i], began);
  }
  std::error_code kept;
  if (rest.well) fs::remove(batch.log, kept);
  fs::remove(batch.log.parent_path(), kept);
  return rest;
}

}  // namespace harness
