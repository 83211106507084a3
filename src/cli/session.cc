#include "cli/session.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <optional>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/graph.h"
#include "base/plain_text.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/chart_tests.h"
#include "cli/cleanliness.h"
#include "cli/control_planes.h"
#include "cli/evidence.h"
#include "cli/fake_gaps.h"
#include "cli/given.h"
#include "cli/history.h"
#include "cli/logs.h"
#include "cli/outside.h"
#include "cli/reports.h"
#include "cli/scope.h"
#include "cli/test_variables.h"
#include "cluster/state_files.h"
#include "suite/case_results.h"
#include "suite/environment.h"
#include "suite/history.h"
#include "suite/report.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Status = TestResult::Status;

constexpr size_t kShownLines = 60, kShownBytes = 100'000, kPlotted = 100;

void require_state(const Context& context) {
  if (context.instance.state()) return;
  throw Error("there is no cluster " + context.instance.cluster() + " to test on",
              {.hint = "create it with the same command without -no-setup", .exit_code = kCluster});
}

/// That of -shuffle, which is said.
std::optional<unsigned> seed_of(const Context& context) {
  auto seed = context.options.shuffle;
  if (!seed) return {};
  while (*seed == 0) seed = std::random_device()();
  context.terminal.info(fmt::format("the order of the tests is that of -shuffle={}", *seed));
  return seed;
}

/// The images that tests may start, each with its reference.
std::map<std::string, std::string> images_for_tests(const Context& context, Setup& setup) {
  auto images = read_texts(context.instance.images_file());
  std::erase_if(images,
                [unused = setup.unused_images()](const auto& image) { return unused.contains(image.first); });
  return images;
}

/// With images of the project in the place of their names.
std::map<const TestProgram*, std::map<std::string, std::string>> own_env(const Context& context,
                                                                         Setup& setup) {
  const auto images = images_for_tests(context, setup);
  std::map<const TestProgram*, std::map<std::string, std::string>> all;
  for (const auto& test : setup.tests())
    if (!test.program->env.empty() && !all.contains(test.program))
      all[test.program] = own_variables(*test.program, context.project, images);
  return all;
}

/// What a test finds in its environment. An image that this run has not looked at is none that it may start.
std::map<std::string, std::string> variables_of(const Context& context, Setup& setup) {
  auto variables = test_variables(context, setup.url(), setup.api_for_tests(), setup.run_id());
  if (setup.unused_images().empty()) return variables;
  const auto images = images_for_tests(context, setup);
  const auto file = fs::temp_directory_path() / "images.json";
  fs::remove(file);
  update_texts(file, images);
  variables["HARNESS_IMAGES"] = file.string();
  return variables;
}

RunSettings settings_of(const Context& context, Setup& setup, const ControlPlanes& control_planes) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const auto& o = context.options;
  return {.attempt = {.root = context.project.root,
                      .tmp_dir = fs::temp_directory_path() / "tests",
                      .env = variables_of(context, setup),
                      .env_of = control_planes.environments(setup.run_id()),
                      .own_env = own_env(context, setup),
                      .timeout = std::chrono::seconds(o.timeout_seconds > 0 ? o.timeout_seconds : 600)},
          .log_dir = artifacts_dir(context) / "tests",
          .stream = o.verbose,
          .jobs = o.jobs > 0 ? o.jobs : 2 * cores,
          .fail_fast = o.fail_fast,
          .repeat = o.repeat > 0 || o.stress > 0 ? o.repeat : 1,
          .until_it_fails = o.until_it_fails,
          .retry = o.retry,
          .shuffle = seed_of(context)};
}

/// Of those that failed, and of the slowest.
std::map<std::string, std::vector<PastResult>> past_of(const History& history,
                                                       const std::vector<TestResult>& results) {
  constexpr size_t kSlowest = 10;
  std::vector<const TestResult*> slowest;
  std::map<std::string, std::vector<PastResult>> past;
  const auto add = [&](const TestResult& result) {
    past[result.test->full_name()] = history.past(result.test->full_name());
  };
  for (const auto& result : results) {
    if (result.attempts > 0) slowest.push_back(&result);
    if (result.failures > 0 && past.size() < kPlotted) add(result);
  }
  std::stable_sort(slowest.begin(), slowest.end(),
                   [](const auto* a, const auto* b) { return a->seconds > b->seconds; });
  slowest.resize(std::min(slowest.size(), kSlowest));
  for (const auto* result : slowest) add(*result);
  return past;
}

/// Runs them as the flags say.
std::vector<TestResult> run_selected(const std::vector<TestCase>& tests, RunSettings settings, Setup& setup,
                                     const Context& context, Reports& reports, std::stop_token stop) {
  const KubeApi* api = setup.api();
  History history(context.instance.history_file());
  if (history.is_unreadable())
    context.terminal.info("warning: " + context.instance.history_file().string() +
                          " cannot be read: it is set aside as history.db.unreadable");
  settings.last_seconds = history.seconds();
  auto now = std::async(std::launch::async, history_run, context.project.root);
  settings.on_progress = [&](const std::vector<TestResult>& so_far) {
    setup.api_for_tests();  // a test may have ended it
    return reports.progress(so_far);
  };
  std::optional<Evidence> evidence;
  if (api) evidence.emplace(context, settings.attempt.env.at("HARNESS_URL"), *api);
  if (evidence && !context.options.no_dump)
    settings.on_failure = [&](const TestCase& test, const fs::path& dir, auto began) {
      return test.program->control_plane ? std::vector<std::string>{} : evidence->collect(dir, began, stop);
    };
  std::optional<ChartTests> chart_tests;
  if (api) chart_tests.emplace(context, *api, setup.run_id());
  settings.attempt.run_chart_test = [&](const TestCase& test, const fs::path& log,
                                        std::chrono::seconds timeout, std::stop_token ended) {
    return chart_tests.value().run(test, log, timeout, std::move(ended));
  };
  const auto results = context.options.stress > 0
                           ? stress_tests(tests, settings, context.options.stress, context.terminal, stop)
                           : run_tests(tests, settings, context.terminal, stop);
  history.add(results, now.get());
  reports.tell_past(past_of(history, results));
  if (chart_tests) chart_tests->end();
  return told(results);
}

/// What -no-setup tests may not be what the working tree says.
void warn_of_stale(Setup& setup, const Context& context, std::stop_token stop) {
  try {
    setup.api()->wait_until_ready(std::chrono::seconds(10), stop);
    if (const auto state = context.instance.state(); state && state->hermetic) setup.watch_outside();
    if (const auto found = setup.stale(stop); !found.empty())
      context.terminal.info("warning: the cluster may not run what the working tree says:\n  " +
                            join(found.lines, "\n  "));
  } catch (const Cancelled&) {
  } catch (const std::exception& e) {
    context.terminal.info(
        std::string("warning: it is not known whether the cluster runs what the working tree says: ") +
        e.what());
  }
}

/// A folder for all that is temporary, as $TMPDIR while this object lives.
class Scratch {
 public:
  explicit Scratch(const std::string& name) : before_(fs::temp_directory_path()), dir_(before_ / name) {
    setenv("TMPDIR", dir_.path().c_str(), 1);
  }
  ~Scratch() { setenv("TMPDIR", before_.c_str(), 1); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  const fs::path before_;
  const TempDir dir_;
};

std::vector<TestResult> none_run(const std::vector<TestCase>& tests, const std::string& reason) {
  std::vector<TestResult> results;
  for (const auto& test : tests) results.push_back({.test = &test, .reason = reason});
  return results;
}

void show_failure(const TestResult& result, const std::string& program, const std::string& past,
                  Terminal& terminal) {
  const auto& test = *result.test;
  const std::string log = plain_text(end_of_file(result.log, kShownBytes));
  std::string text = fmt::format("\nFAIL {}: {}", test.title(), result.reason);
  if (result.attempts > 1)
    text += fmt::format(" ({} of {} attempts failed; this is the first)", result.failures, result.attempts);
  text += "\n" + tail(log, kShownLines);
  for (const auto& line : result.seen) text += "\n  seen:  " + line;
  if (!test.file.empty()) text += "\n  at:    " + test.place();
  if (!test.owner.empty()) text += "\n  owner: " + test.owner;
  if (!past.empty()) text += "\n  past:  " + past;
  const auto cluster = result.log.string() + ".d/cluster";
  if (fs::exists(cluster)) text += "\n  state: " + cluster;
  terminal.line(text +
                fmt::format("\n  log:   {}\n  rerun: {}", result.log.string(), rerun_command(program, test)));
}

bool failed(const TestResult& result) { return result.status == Status::failed; }

/// It was ended from outside, or ended itself before it was through.
bool may_have_left_something(const TestResult& result) {
  return result.failures > 0 || result.reason == "interrupted";
}

std::string not_deployed(const Plan& plan) {
  return "not deployed by this run, since no chosen test uses them: " +
         join({plan.left_out.begin(), plan.left_out.end()}, ", ");
}

}  // namespace

void show(const Error& error, Terminal& terminal) {
  if (const auto* several = dynamic_cast<const Failures*>(&error)) {
    for (const auto& one : several->all) show(one, terminal);
    return;
  }
  const auto& d = error.details;
  std::string text = std::string("error: ") + error.what();
  if (!d.command.empty()) text += "\n  command: " + d.command;
  if (!d.output_tail.empty()) {
    text += "\n";
    for (const auto& line : split(trim(plain_text(d.output_tail)), '\n')) text += "  | " + line + "\n";
    text.pop_back();
  }
  if (!d.hint.empty()) text += "\n  hint: " + d.hint;
  terminal.error(without_credentials(text));
}

int run_session(const Plan& whole, const Context& context, std::stop_token stop) {
  Terminal& terminal = context.terminal;
  // All that is temporary, of tools and tests too, lies in one folder: the next run finds it, should this one
  // be killed.
  const Scratch scratch(context.instance.cluster());
  int code = kPassed;
  std::string why;  // of the first failure
  std::vector<TestResult> results;
  Setup setup(whole, context);
  const Plan& plan = setup.plan();
  auto guarded = [&](auto&& work) {
    auto failed = [&](const Error& error) {  // what is set up is still cleaned up
      show(error, terminal);
      if (why.empty()) why = error.what();
      if (code == kPassed || code == kTestsFailed) code = error.details.exit_code;
    };
    try {
      work();
    } catch (const Error& e) {  // Failures, too
      failed(e);
    } catch (const Cancelled&) {  // said below
    } catch (const std::exception& e) {
      failed(as_error(e, kCluster));
    }
    if (stop.stop_requested()) code = kInterrupted;
  };
  const auto& run_id = setup.run_id();
  bool may_be_dirty = finish_killed_run(context);
  std::optional<Reports> reports;
  guarded([&] {
    if (plan.tests) reports.emplace(context);
    setup.leave_out_unused(stop);
    if (!plan.left_out.empty()) {
      terminal.info(not_deployed(plan) + "\n  hint: -all deploys everything");
      reports->tell_remark(not_deployed(plan));
    }
    if (plan.cluster == Plan::Cluster::none && !plan.apart && (plan.tests || !plan.clear.empty())) {
      require_state(context);  // before anything is built for them
      setup.connect();
    }
    const bool refuse = plan.tests && may_be_dirty && !plan.apart;
    setup.run(refuse ? Setup::Cleaning::refuse : Setup::Cleaning::none, stop);
    may_be_dirty = may_be_dirty && !refuse && !means_all(plan.clear);
    if (!plan.tests) return;
    if (context.options.stress > 0) refuse_broken(setup.tests());
    reports->tell_shard(setup.shard());
    reports->progress(none_run(setup.tests(), ""));
    if (const auto names = left_out_of_tests(context.project.tests); !names.empty())
      terminal.info("not passed on to tests, since it would change which tests run, or how: " +
                    join(names, ", ") + "\n  hint: env: at an entry of tests: gives it to them");
    const Phases::Scope phase(context.phases, "tests");
    std::jthread meanwhile;  // -no-setup waits for nothing
    if (plan.cluster == Plan::Cluster::none && !plan.apart)
      meanwhile =
          background([&](std::stop_token) { warn_of_stale(setup, context, stop); },
                     [&](const std::exception& e) { terminal.info(std::string("warning: ") + e.what()); });
    const ControlPlanes control_planes(setup.tests(), context, stop);
    results = run_selected(setup.tests(), settings_of(context, setup, control_planes), setup, context,
                           *reports, stop);
    if (std::any_of(results.begin(), results.end(), failed)) code = kTestsFailed;
    if (meanwhile.joinable()) meanwhile.join();
    if (!plan.apart) tell_fake_gaps(context, setup.url(), *reports, stop);
    const auto outside = setup.outside(stop);
    reports->tell_outside(outside);
    judge_outside(outside, context);
  });
  if (stop.stop_requested()) terminal.info("interrupted");
  for (const auto& result : results)
    if (failed(result))
      show_failure(result, again(context), reports ? reports->past_line(*result.test) : "", terminal);
    else if (const auto past = reports ? reports->past_line(*result.test) : "";
             result.status == TestResult::Status::flaky && !past.empty())
      terminal.line(fmt::format("FLAKY {}: {}", result.test->title(), past));

  // From here on a Ctrl-C no longer cancels: what is left is the clean-up. A second one ends the process at
  // once.
  const bool half_made = plan.cluster == Plan::Cluster::ensure && context.instance.is_half_made();
  const bool cluster_failed = !context.options.watch && code != kPassed && code != kUsage &&
                              code != kInterrupted && plan.cluster != Plan::Cluster::none;
  if (!context.options.save_logs.empty() || cluster_failed)
    guarded([&] {
      const auto& wanted = context.options.save_logs;
      save_logs(context, setup.api(), wanted.empty() ? artifacts_dir(context) / "logs" : fs::absolute(wanted),
                {});
    });
  if (plan.teardown || half_made) {
    guarded([&] {
      const Phases::Scope phase(context.phases, "teardown");
      setup.end_watch();
      auto task = terminal.start(
          "teardown", context.is_given ? context.instance.name_space() : context.instance.cluster());
      task.done(context.is_given ? withdraw_from_cluster(context)
                : remove_cluster(context.instance, plan.teardown ? Removal::asked : Removal::half_made, {})
                    ? "deleted"
                    : "nothing to delete");
      may_be_dirty = false;
    });
  } else {
    if (setup.api() && std::any_of(results.begin(), results.end(), may_have_left_something))
      may_be_dirty = !remove_leftovers_of(run_id, *setup.api(), terminal);
    if (plan.cluster == Plan::Cluster::ensure && context.instance.state() && !context.options.watch)
      terminal.info((context.is_given ? "what was deployed stays for the next run: "
                                      : "the cluster stays for the next run: ") +
                    again(context) + " -no-setup -run=TEST; delete it with " + again(context) + " -teardown");
  }
  if (const auto times = context.phases.summary(); !times.empty()) terminal.info("time: " + times);
  if (!results.empty()) terminal.line(counts_line(results));
  if (reports)
    guarded([&] {
      reports->end(results.empty() ? none_run(setup.tests(), why.empty() ? "" : "not run: " + why) : results,
                   code);
    });
  if (!may_be_dirty) fs::remove(context.instance.run_file());
  make_private(context.instance.dir());  // what tests and tools wrote there followed the umask
  return code;
}

}  // namespace harness
