#include "testrun/status.h"

#include <utility>

#include "base/files.h"
#include "base/pause.h"
#include "base/threads.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kWritingShare = 20;

void add_times(Json& json, const std::optional<Time>& begin, const std::optional<Time>& end) {
  if (begin) json["startTime"] = rfc3339(*begin);
  if (end) json["completionTime"] = rfc3339(*end);
  if (begin && end) json["duration"] = seconds_between(*begin, *end);
}

Json location_json(const Place& place) {
  return {{"root", place.root.string()}, {"commit", place.commit}, {"ref", place.ref}};
}

void add_steps(Json& steps, const Flow& flow, const std::vector<NodeState>& states) {
  for (size_t i = 0; i < flow.nodes.size(); ++i) {
    const auto& node = flow.nodes[i];
    const auto& definition = node.definition();
    const NodeState state = states.empty() ? NodeState{} : states[i];
    auto after = Json::array();
    for (const auto parent : flow.dag.parents(i)) after.push_back(flow.nodes[parent].id);
    Json step{{"name", node.id},
              {"position",
               {{"flow", node.on_exit ? "onExit" : "testflow"},
                {"step", node.step->name},
                {"dependsOn", std::move(after)}}},
              {"testdefinition",
               {{"name", definition.name},
                {"owner", definition.owner},
                {"recipientsOnFailure", definition.recipients},
                {"location", location_json(*node.found->place)},
                {"activeDeadlineSeconds", std::chrono::ceil<std::chrono::seconds>(node.deadline).count()}}},
              {"phase", word(state.outcome.phase)}};
    add_times(step, state.begin, state.end);
    if (!state.outcome.reason.empty()) step["message"] = state.outcome.reason;
    if (state.paused) step["paused"] = true;
    steps.push_back(std::move(step));
  }
}

}  // namespace

Json status_json(const RunState& state, const Plan& plan, const Testrun& run) {
  Json json{{"name", state.id}, {"phase", word(state.phase)}};
  if (!state.message.empty()) json["message"] = state.message;
  add_times(json, state.begin, state.end);
  if (run.ttl_seconds) json["ttlSecondsAfterFinished"] = *run.ttl_seconds;
  auto& steps = json["steps"] = Json::array();
  add_steps(steps, plan.testflow, state.testflow);
  add_steps(steps, plan.on_exit, state.on_exit);
  return json;
}

StatusFile::StatusFile(std::filesystem::path file, std::function<Json()> content,
                       std::function<void(const std::string&)> warn)
    : file_(std::move(file)), content_(std::move(content)), warn_(std::move(warn)) {
  write();
  thread_ = background([this](std::stop_token stop) { keep(stop); },
                       [this](const std::exception& e) { warn_(e.what()); });
}

StatusFile::~StatusFile() {
  thread_ = {};
  if (changed_) write();
}

void StatusFile::changed() {
  const std::lock_guard lock(mutex_);
  changed_ = true;
  wake_.notify_one();
}

// A message is whatever a program or the system said: it need not be UTF-8.
void StatusFile::write() {
  try {
    write_file_atomically(file_, content_().dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    is_stale_ = false;
  } catch (const std::exception& e) {
    if (!std::exchange(is_stale_, true)) warn_(std::string("the status of the run is not kept: ") + e.what());
  }
}

void StatusFile::keep(std::stop_token stop) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return changed_; })) return;
      changed_ = false;
    }
    const auto begin = std::chrono::steady_clock::now();
    write();
    const auto cost = std::chrono::steady_clock::now() - begin;
    if (pause_for(std::chrono::ceil<std::chrono::milliseconds>(kWritingShare * cost), stop)) return;
  }
}

}  // namespace harness::testrun
