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

/// A set of names that holds itself or waits for what is missing can never run.
template <class Steps>
void check(const Steps& steps) {
  std::set<std::string> done;
  for (const auto& step : steps)
    for (const auto& name : step.after)
      if (std::none_of(steps.begin(), steps.end(), [&](const auto& other) { return other.name == name; }))
        throw std::logic_error("step " + step.name + " comes after " + name + ", which there is not");
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& step : steps)
      if (!done.contains(step.name) && std::all_of(step.after.begin(), step.after.end(), [&](const auto& name) { return done.contains(name); }))
        progress = done.insert(step.name).second;
  }
  if (done.size() != steps.size()) throw std::logic_error("steps wait for each other, or one was added twice");
}

}  // namespace

void Graph::add(const std::string& name, const std::vector<std::string>& after, Work work) {
  steps_.push_back({name, after, std::move(work)});
}

void Graph::run(std::stop_token stop) {
  check(steps_);
  std::mutex mutex;
  std::condition_variable_any changed;
  std::set<std::string> done;
  std::exception_ptr failure;
  std::stop_source cancel;
  const std::stop_callback on_stop(stop, [&] { cancel.request_stop(); });

  auto run_step = [&](const Step& step) {
    try {
      {
        std::unique_lock lock(mutex);
        const bool ready = changed.wait(lock, cancel.get_token(), [&] {
          return std::all_of(step.after.begin(), step.after.end(), [&](const auto& name) { return done.contains(name); });
        });
        if (!ready || cancel.stop_requested()) return;
      }
      step.work(cancel.get_token());
      const std::lock_guard lock(mutex);
      done.insert(step.name);
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
