#include "cli/session.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/evidence.h"
#include "cli/logs.h"
#include "suite/history.h"
#include "suite/report.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Status = TestResult::Status;

constexpr size_t kShownLines = 60;

fs::path artifacts_dir(const Context& context) {
  return context.options.artifacts.empty() ? context.instance.dir() / "artifacts" : fs::absolute(context.options.artifacts);
}

Instance::State state_of(const Context& context) {
  if (const auto state = context.instance.state()) return *state;
  throw Error("there is no cluster " + context.instance.cluster() + " to test on",
              {.hint = "create it with the same command without -no-setup", .exit_code = kCluster});
}

RunSettings settings_of(const Context& context) {
  const auto run_id = std::to_string(std::chrono::system_clock::now().time_since_epoch().count() / 1000000) + "-" + std::to_string(getpid());
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const auto& o = context.options;
  return {.attempt = {.root = context.project.root,
                      .tmp_dir = fs::temp_directory_path() / "tests",
                      .env = {{"KUBECONFIG", context.instance.kubeconfig().string()},
                              {"HARNESS_URL", state_of(context).url},
                              {"HARNESS_RUN_ID", run_id},
                              {"HARNESS_IMAGES", context.instance.images_file().string()}},
                      .timeout = std::chrono::seconds(o.timeout_seconds > 0 ? o.timeout_seconds : 600)},
          .log_dir = artifacts_dir(context) / "tests",
          .jobs = o.jobs > 0 ? o.jobs : 2 * cores,
          .fail_fast = o.fail_fast,
          .repeat = o.repeat > 0 || o.stress > 0 ? o.repeat : 1,
          .until_it_fails = o.until_it_fails,
          .retry = o.retry};
}

/// Runs them as the flags say. Reports are written as results come, at most once a second, and whole at any moment: they are there
/// also when this process is killed.
std::vector<TestResult> run_selected(const std::vector<TestCase>& tests, const KubeApi* api, const Context& context, std::stop_token stop) {
  auto settings = settings_of(context);
  History history(context.instance.history_file());
  settings.last_seconds = history.seconds();
  std::vector<TestResult> none_yet;
  for (const auto& test : tests) none_yet.push_back({.test = &test});
  write_reports(artifacts_dir(context), none_yet);
  auto written = std::chrono::steady_clock::now();
  settings.on_progress = [&](const std::vector<TestResult>& so_far) {
    if (std::chrono::steady_clock::now() - std::chrono::seconds(1) < written) return;
    written = std::chrono::steady_clock::now();
    try {
      write_reports(artifacts_dir(context), so_far);
    } catch (const std::exception& e) {  // the tests go on; what is written at the end fails the run
      context.terminal.info(std::string("no reports: ") + e.what());
    }
  };
  Evidence evidence(context, settings.attempt.env.at("HARNESS_URL"), api);
  if (!context.options.no_dump) settings.on_failure = [&](const fs::path& dir, auto began) { return evidence.collect(dir, began, stop); };
  const auto results = context.options.stress > 0 ? stress_tests(tests, settings, context.options.stress, context.terminal, stop)
                                                  : run_tests(tests, settings, context.terminal, stop);
  write_reports(artifacts_dir(context), results);
  history.add(results);
  return results;
}

/// An expression for -run that selects this test and no other.
std::string only(const TestCase& test) {
  const auto exact = [](const std::string& text) { return "^" + RE2::QuoteMeta(text) + "$"; };
  return test.suite.empty() ? exact(test.name) : exact(test.suite) + "/" + exact(test.name);
}

/// The program with the flags that choose the same instance and project.
std::string again(const std::string& program, const Options& options) {
  return program + (options.name == "default" ? "" : " -name=" + options.name) + (options.config.empty() ? "" : " -config=" + options.config.string());
}

void show_failure(const TestResult& result, const std::string& program, Terminal& terminal) {
  const auto& test = *result.test;
  const std::string log = fs::exists(result.log) ? read_file(result.log) : "";
  std::string text = fmt::format("\nFAIL {}: {}", test.title(), result.reason);
  if (result.attempts > 1) text += fmt::format(" ({} of {} attempts failed; this is the first)", result.failures, result.attempts);
  text += "\n" + tail(log, kShownLines);
  for (const auto& line : result.seen) text += "\n  seen:  " + line;
  if (!test.file.empty()) text += fmt::format("\n  at:    {}:{}", test.file, test.line);
  if (!test.owner.empty()) text += "\n  owner: " + test.owner;
  const auto cluster = result.log.string() + ".d/cluster";
  if (fs::exists(cluster)) text += "\n  state: " + cluster;
  terminal.line(text + fmt::format("\n  log:   {}\n  rerun: {} -no-setup -run={}", result.log.string(), program, shell_quoted({only(test)})));
}

/// The line that ends a run of tests, as CI systems read it.
std::string counts(const std::vector<TestResult>& results) {
  auto number = [&](Status status) { return std::count_if(results.begin(), results.end(), [&](const auto& r) { return r.status == status; }); };
  const auto skipped = number(Status::skipped) + number(Status::not_run), flaky = number(Status::flaky);
  return fmt::format("{} passed, {} failed", number(Status::passed), number(Status::failed)) + (flaky ? fmt::format(", {} flaky", flaky) : "") +
         (skipped ? fmt::format(", {} skipped", skipped) : "");
}

bool failed(const TestResult& result) { return result.status == Status::failed; }

}  // namespace

void show(const Error& error, Terminal& terminal) {
  const auto& d = error.details;
  std::string text = std::string("error: ") + error.what();
  if (!d.command.empty()) text += "\n  command: " + d.command;
  if (!d.output_tail.empty()) {
    text += "\n";
    for (const auto& line : split(trim(d.output_tail), '\n')) text += "  | " + line + "\n";
    text.pop_back();
  }
  if (!d.hint.empty()) text += "\n  hint: " + d.hint;
  terminal.error(text);
}

int run_session(const Plan& plan, const ComponentImages& uses, const Context& context, const std::string& program, std::stop_token stop) {
  Terminal& terminal = context.terminal;
  // All that is temporary, of tools and tests too, lies in one folder: the next run finds it, should this one be killed.
  const TempDir scratch(fs::temp_directory_path() / context.instance.cluster());
  setenv("TMPDIR", scratch.path().c_str(), 1);
  int code = kPassed;
  std::vector<TestResult> results;
  Setup setup(plan, uses, context);
  auto guarded = [&](auto&& work) {
    try {
      work();
    } catch (const Error& e) {
      show(e, terminal);
      if (code == kPassed || code == kTestsFailed) code = e.details.exit_code;
    } catch (const Cancelled&) {  // said below
    } catch (const std::exception& e) {  // what is set up is still cleaned up
      show(Error(e.what(), {}), terminal);
      if (code == kPassed || code == kTestsFailed) code = kUsage;
    }
    if (stop.stop_requested()) code = kInterrupted;
  };
  guarded([&] {
    if (plan.tests && plan.cluster == Plan::Cluster::none) state_of(context);  // before anything is built for them
    setup.run(stop);
    if (!plan.tests) return;
    const Phases::Scope phase(context.phases, "tests");
    results = run_selected(setup.tests(), setup.api(), context, stop);
    if (std::any_of(results.begin(), results.end(), failed)) code = kTestsFailed;
  });
  if (stop.stop_requested()) terminal.info("interrupted");
  for (const auto& result : results)
    if (failed(result)) show_failure(result, again(program, context.options), terminal);

  // From here on a Ctrl-C no longer cancels: what is left is the clean-up. A second one ends the process at once.
  const bool half_made = plan.cluster == Plan::Cluster::ensure && !context.instance.state();
  const bool cluster_failed = code != kPassed && code != kUsage && code != kInterrupted && plan.cluster != Plan::Cluster::none;
  if (!context.options.save_logs.empty() || cluster_failed)
    guarded([&] {
      const auto& wanted = context.options.save_logs;
      save_logs(context.instance, setup.api(), wanted.empty() ? artifacts_dir(context) / "logs" : fs::absolute(wanted), terminal, {});
    });
  if (plan.teardown || half_made)
    guarded([&] {
      const Phases::Scope phase(context.phases, "teardown");
      auto task = terminal.start("teardown", context.instance.cluster());
      task.done(remove_cluster(context.instance, {}) ? "deleted" : "nothing to delete");
    });
  else if (plan.cluster == Plan::Cluster::ensure)
    terminal.info("the cluster stays for the next run: " + again(program, context.options) + " -no-setup -run=TEST; delete it with " + again(program, context.options) + " -teardown");
  if (const auto times = context.phases.summary(); !times.empty()) terminal.info("time: " + times);
  if (!results.empty()) terminal.line(counts(results));
  return code;
}

}  // namespace harness
