#include "base/graph.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/error.h"

namespace harness {

namespace {

std::string text_of(const StepId& id) { return "step " + id.kind + (id.name.empty() ? "" : " " + id.name); }

/// A set of steps that holds itself or waits for what is missing can never run.
template <class Steps>
void check(const Steps& steps) {
  std::set<StepId> ids, done;
  for (const auto& step : steps)
    if (!ids.insert(step.id).second) throw std::logic_error(text_of(step.id) + " was added twice");
  for (const auto& step : steps)
    for (const auto& id : step.after)
      if (!ids.contains(id)) throw std::logic_error(text_of(step.id) + " comes after " + text_of(id) + ", which is missing");
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& step : steps)
      if (!done.contains(step.id) && std::all_of(step.after.begin(), step.after.end(), [&](const auto& id) { return done.contains(id); }))
        progress = done.insert(step.id).second;
  }
  if (done.size() != steps.size()) throw std::logic_error("steps wait for each other");
}

}  // namespace

void Graph::add(StepId id, std::vector<StepId> after, Work work) {
  steps_.push_back({std::move(id), std::move(after), std::move(work)});
}

void Graph::run(std::stop_token stop) {
  check(steps_);
  std::mutex mutex;
  std::condition_variable_any changed;
  std::set<StepId> done;
  std::exception_ptr failure;
  std::stop_source cancel;
  const std::stop_callback on_stop(stop, [&] { cancel.request_stop(); });

  auto run_step = [&](const Step& step) {
    try {
      {
        std::unique_lock lock(mutex);
        const bool ready = changed.wait(lock, cancel.get_token(), [&] {
          return std::all_of(step.after.begin(), step.after.end(), [&](const auto& id) { return done.contains(id); });
        });
        if (!ready || cancel.stop_requested()) return;
      }
      step.work(cancel.get_token());
      const std::lock_guard lock(mutex);
      done.insert(step.id);
      changed.notify_all();
    } catch (...) {
      {
        const std::lock_guard lock(mutex);
        if (!failure && !cancel.stop_requested()) failure = std::current_exception();
      }
      cancel.request_stop();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (const auto& step : steps_) threads.emplace_back([&run_step, &step] { run_step(step); });
  }
  if (stop.stop_requested()) throw Cancelled();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace harness
