#include "testrun/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "testrun/artifacts.h"
#include "testrun/pauses.h"
#include "testrun/runs.h"
#include "testrun/view.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// What there is of each in the documents; all are the harness's cluster unless the Testrun says otherwise.
constexpr const char* kKubeconfigs[] = {"testmachinery", "host", "gardener", "seed", "shoot"};

bool pauses(const Plan& plan) {
  const auto pauses_before = [](const Node& node) { return node.step->pause; };
  return std::any_of(plan.testflow.nodes.begin(), plan.testflow.nodes.end(), pauses_before) || std::any_of(plan.on_exit.nodes.begin(), plan.on_exit.nodes.end(), pauses_before);
}

/// "setup: exit code 1": what ended a flow that did not succeed.
std::string first_failure(const Flow& flow, const std::vector<NodeState>& states) {
  const auto ended_first = [](const auto& a, const auto& b) { return is_failure(a.outcome.phase) && (!is_failure(b.outcome.phase) || a.end < b.end); };
  const auto first = std::min_element(states.begin(), states.end(), ended_first);
  if (first == states.end() || !is_failure(first->outcome.phase)) return "";
  return flow.nodes[static_cast<size_t>(first - states.begin())].id + ": " + first->outcome.reason;
}

class Run {
 public:
  Run(const Loaded& loaded, const RunSettings& settings, Terminal& terminal)
      : loaded_(loaded), settings_(settings), terminal_(terminal), claimed_(Runs(settings.runs).claim(loaded.run.base_name)), artifacts_(claimed_.dir),
        executor_({.env = {{"TM_TESTRUN_ID", claimed_.id}, {"HARNESS_INSTANCE", settings.instance}}, .look_up = settings.look_up(loaded.run.name_space)}),
        state_{.id = claimed_.id, .phase = Phase::pending}, status_(claimed_.dir / "status.json", [this] { return status(); }) {
    if (pauses(loaded.plan)) pauses_.emplace(claimed_.dir / "resume", [this](const std::string& step) { return resume(step); }, terminal);
  }

  RunResult go(std::stop_token stop) {
    terminal_.info(fmt::format("testrun   {}  {}", claimed_.id, claimed_.dir.string()));
    if (settings_.on_begin) settings_.on_begin(state_);
    Phase phase = Phase::error;
    std::string message;
    try {
      write_kubeconfigs(stop);
      set_phase(Phase::running);
      phase = run_flow(loaded_.plan.testflow, state_.testflow, false, Phase::running, stop);
      message = first_failure(loaded_.plan.testflow, state_.testflow);
    } catch (const Error& e) {  // no step has begun
      message = e.what();
      terminal_.error(std::string("error: ") + e.what());
    }
    if (stop.stop_requested()) message = "interrupted";
    const auto cleaned = run_flow(loaded_.plan.on_exit, state_.on_exit, true, phase, {});
    if (phase == Phase::succeeded && cleaned != Phase::succeeded) {
      phase = Phase::failed;
      message = first_failure(loaded_.plan.on_exit, state_.on_exit);
    }
    pauses_.reset();
    artifacts_.clear(loaded_.plan);
    {
      const std::lock_guard lock(mutex_);
      state_.end = std::chrono::system_clock::now();
      state_.message = message;
    }
    set_phase(phase);
    return {state_, claimed_.dir};
  }

 private:
  void write_kubeconfigs(std::stop_token stop) const {
    const auto folder = artifacts_.begin().kubeconfigs();
    if (fs::exists(settings_.kubeconfig))
      for (const auto* name : kKubeconfigs) fs::copy_file(settings_.kubeconfig, folder / (std::string(name) + ".config"));
    const auto look_up = settings_.look_up(loaded_.run.name_space);
    for (const auto& [name, value] : loaded_.run.kubeconfigs)
      write_file_atomically(folder / (name + ".config"), value.from ? look_up(*value.from, stop) : base64_decoded(value.text).value_or(""));
  }

  Phase run_flow(const Flow& flow, std::vector<NodeState>& states, bool on_exit, Phase before, std::stop_token stop) {
    View view(flow, terminal_);
    FlowRun run(flow, on_exit, before,
                {.execute = [&](size_t node, std::stop_token token) { return execute(flow, node, before, view, token); },
                 .changed = [&] { status_.changed(); },
                 .paused = [&](size_t node) { pauses_->begin(flow.nodes[node].step->name, timeout_of(*flow.nodes[node].step)); }});
    enter(&run, &view, states);
    const auto phase = run.run(settings_.jobs, std::move(stop));
    leave(states);
    view.skipped(states);
    return phase;
  }

  static std::optional<std::chrono::seconds> timeout_of(const Step& step) {
    if (!step.resume_timeout_seconds) return std::nullopt;
    return std::chrono::seconds(*step.resume_timeout_seconds);
  }

  Outcome execute(const Flow& flow, size_t index, Phase phase, View& view, std::stop_token stop) {
    const auto& node = flow.nodes[index];
    const auto begin = std::chrono::steady_clock::now();
    view.begins(index);
    Outcome outcome;
    try {
      const auto folders = artifacts_.prepare(flow, node);
      outcome = executor_.run(node, folders, phase, stop);
    } catch (const Cancelled&) {
      outcome = {Phase::error, "interrupted"};
    } catch (const std::exception& e) {
      outcome = {Phase::error, e.what()};
    }
    artifacts_.ended(node, outcome.phase == Phase::succeeded);
    view.ended(index, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return outcome;
  }

  void set_phase(Phase phase) {
    const std::lock_guard lock(mutex_);
    state_.phase = phase;
    status_.changed();
  }

  void enter(FlowRun* run, View* view, std::vector<NodeState>& states) {
    const std::lock_guard lock(mutex_);
    run_ = run;
    view_ = view;
    running_ = &states;
  }

  void leave(std::vector<NodeState>& states) {
    const std::lock_guard lock(mutex_);
    states = run_->states();
    run_ = nullptr;
    view_ = nullptr;
    running_ = nullptr;
  }

  nlohmann::ordered_json status() {
    RunState now;
    {
      const std::lock_guard lock(mutex_);
      now = state_;
      if (run_) {
        auto& states = running_ == &state_.testflow ? now.testflow : now.on_exit;
        states = run_->states();
        view_->waiting(states);  // here, since this is as often as it may cost
      }
    }
    return status_json(now, loaded_.plan, loaded_.run);
  }

  bool resume(const std::string& step) {
    const std::lock_guard lock(mutex_);
    return run_ && run_->resume(step);
  }

  const Loaded& loaded_;
  const RunSettings& settings_;
  Terminal& terminal_;
  const Runs::Claimed claimed_;
  Artifacts artifacts_;
  const HostExecutor executor_;
  std::mutex mutex_;  ///< of what follows, which status() reads
  RunState state_;
  FlowRun* run_ = nullptr;                     ///< what runs now
  View* view_ = nullptr;                       ///< of it
  std::vector<NodeState>* running_ = nullptr;  ///< where its states will be
  StatusFile status_;
  std::optional<Pauses> pauses_;
};

}  // namespace

RunResult run(const Loaded& loaded, const RunSettings& settings, Terminal& terminal, std::stop_token stop) { return Run(loaded, settings, terminal).go(std::move(stop)); }

}  // namespace harness::testrun
