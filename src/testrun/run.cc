#include "testrun/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "suite/follow.h"
#include "testrun/artifacts.h"
#include "testrun/pauses.h"
#include "testrun/pod_executor.h"
#include "testrun/runs.h"
#include "testrun/view.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// What there is of each in the documents; all are the harness's cluster unless the Testrun says otherwise.
constexpr const char* kKubeconfigs[] = {"testmachinery", "host", "gardener", "seed", "shoot"};

bool pauses(const Plan& plan) {
  const auto pauses_before = [](const Node& node) { return node.step->pause; };
  return std::any_of(plan.testflow.nodes.begin(), plan.testflow.nodes.end(), pauses_before) ||
         std::any_of(plan.on_exit.nodes.begin(), plan.on_exit.nodes.end(), pauses_before);
}

std::string helper_image(const Testrun& run, const RunSettings& settings) {
  const auto found = run.annotations.find(kHelperImageAnnotation);
  return found == run.annotations.end() ? settings.helper_image : found->second;
}

/// "setup: exit code 1": the first failure that stopped the flow, else the first one.
std::string first_failure(const Flow& flow, const std::vector<NodeState>& states) {
  std::optional<size_t> first;
  const auto rank = [&](size_t i) { return std::pair(flow.nodes[i].continue_on_error, states[i].end); };
  for (size_t i = 0; i < states.size(); ++i)
    if (is_failure(states[i].outcome.phase) && (!first || rank(i) < rank(*first))) first = i;
  return first ? flow.nodes[*first].id + ": " + states[*first].outcome.reason : "";
}

class Run {
 public:
  Run(const Loaded& loaded, const RunSettings& settings, Terminal& terminal)
      : loaded_(loaded),
        settings_(settings),
        terminal_(terminal),
        claimed_(Runs(settings.runs).claim(loaded.run.base_name)),
        artifacts_(claimed_.dir, fs::temp_directory_path()),
        env_{{"TM_TESTRUN_ID", claimed_.id},
             {"HARNESS_INSTANCE", settings.instance},
             {"HARNESS_NAMESPACE", settings.name_space}},
        host_({.env = env_, .look_up = settings.look_up(loaded.run.name_space)}),
        pods_({.run_id = claimed_.id,
               .name_space = loaded.run.name_space,
               .helper_image = helper_image(loaded.run, settings),
               .env = env_}),
        state_{.id = claimed_.id, .phase = Phase::pending},
        status_(
            claimed_.dir / "status.json", [this] { return status(); },
            [this](const std::string& text) { warn(text); }) {
    if (settings.stream) follower_.emplace(terminal);
    if (pauses(loaded.plan))
      pauses_.emplace(
          claimed_.dir / "resume", [this](const std::string& step) { return resume(step); }, terminal);
  }

  RunResult go(std::stop_token stop) {
    terminal_.info(fmt::format("testrun   {}  {}", claimed_.id, claimed_.dir.string()));
    Phase phase = Phase::error;
    std::string message;
    try {
      write_kubeconfigs(stop);
      set_phase(Phase::running);
      phase = run_flow(loaded_.plan.testflow, state_.testflow, false, Phase::running, stop);
      message = first_failure(loaded_.plan.testflow, state_.testflow);
    } catch (const std::exception& e) {  // no step has begun
      message = e.what();
      if (!stop.stop_requested()) terminal_.error("error: " + message);
      const std::lock_guard lock(mutex_);
      state_.testflow.assign(loaded_.plan.testflow.nodes.size(), {.outcome = {Phase::skipped, message}});
    }
    if (stop.stop_requested()) message = "interrupted";
    const auto cleaned = run_flow(loaded_.plan.on_exit, state_.on_exit, true, phase, {});
    if (phase == Phase::succeeded && cleaned != Phase::succeeded) {
      phase = Phase::failed;
      message = first_failure(loaded_.plan.on_exit, state_.on_exit);
    }
    pauses_.reset();
    try {
      artifacts_.clear(loaded_.plan);
    } catch (const std::exception& e) {
      warn(e.what());
    }
    {
      const std::lock_guard lock(mutex_);
      state_.end = std::chrono::system_clock::now();
      state_.message = message;
    }
    set_phase(phase);
    return {state_, claimed_.dir};
  }

 private:
  void warn(const std::string& text) const { terminal_.info("warning: " + text); }

  void write_kubeconfigs(std::stop_token stop) const {
    const auto folder = artifacts_.begin().kubeconfigs();
    if (fs::exists(settings_.kubeconfig))
      for (const auto* name : kKubeconfigs)
        fs::copy_file(settings_.kubeconfig, folder / (std::string(name) + ".config"));
    const auto look_up = settings_.look_up(loaded_.run.name_space);
    for (const auto& [name, value] : loaded_.run.kubeconfigs)
      write_file_atomically(folder / (name + ".config"), value.from
                                                             ? look_up(*value.from, stop)
                                                             : base64_decoded(value.text).value_or(""));
  }

  Phase run_flow(const Flow& flow, std::vector<NodeState>& states, bool on_exit, Phase before,
                 std::stop_token stop) {
    View view(flow, terminal_);
    FlowRun run(flow, on_exit, before,
                {.execute = [&](size_t node,
                                std::stop_token token) { return execute(flow, node, before, view, token); },
                 .ended = [&](size_t node, const NodeState& state) { ended(flow, node, state, view); },
                 .changed = [&] { status_.changed(); },
                 .paused =
                     [&](size_t node) {
                       pauses_->begin(flow.nodes[node].step->name, timeout_of(*flow.nodes[node].step));
                     }});
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
    view.begins(index);
    const auto folders = prepare(flow, node);
    if (follower_) follower_->begin(folders.log(), node.id);
    const Executor& executor =
        node.executor == ExecutorKind::pod ? static_cast<const Executor&>(pods_) : host_;
    return executor.run(node, folders, phase, std::move(stop));
  }

  /// A clean-up has to run, on a full disk too.
  NodeFolders prepare(const Flow& flow, const Node& node) {
    try {
      return artifacts_.prepare(flow, node);
    } catch (const std::exception& e) {
      if (!node.on_exit) throw;
      warn(node.id + " has its folders where temporary files are, and they are not kept: " + e.what());
      return artifacts_.prepare_elsewhere(flow, node);
    }
  }

  void ended(const Flow& flow, size_t index, const NodeState& state, View& view) {
    const auto& node = flow.nodes[index];
    if (follower_) follower_->end(artifacts_.folders(node).log());
    artifacts_.ended(node, state.outcome.phase == Phase::succeeded);
    view.ended(index, state.outcome, std::chrono::duration<double>(*state.end - *state.begin).count());
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
  const std::map<std::string, std::string> env_;
  const HostExecutor host_;
  const PodExecutor pods_;
  std::mutex mutex_;  ///< of what follows, which status() reads
  RunState state_;
  FlowRun* run_ = nullptr;                     ///< what runs now
  View* view_ = nullptr;                       ///< of it
  std::vector<NodeState>* running_ = nullptr;  ///< where its states will be
  StatusFile status_;
  std::optional<Follower> follower_;
  std::optional<Pauses> pauses_;
};

}  // namespace

RunResult run(const Loaded& loaded, const RunSettings& settings, Terminal& terminal, std::stop_token stop) {
  return Run(loaded, settings, terminal).go(std::move(stop));
}

}  // namespace harness::testrun
