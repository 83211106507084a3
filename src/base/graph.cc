#include "base/graph.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <stdexcept>
#include <system_error>
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
      if (!ids.contains(id))
        throw std::logic_error(text_of(step.id) + " comes after " + text_of(id) + ", which is missing");
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& step : steps)
      if (!done.contains(step.id) && std::all_of(step.after.begin(), step.after.end(),
                                                 [&](const auto& id) { return done.contains(id); }))
        progress = done.insert(step.id).second;
  }
  if (done.size() != steps.size()) throw std::logic_error("steps wait for each other");
}

}  // namespace

void Graph::add(StepId id, std::vector<StepId> after, Work work, WhenAnotherFails then) {
  steps_.push_back({std::move(id), std::move(after), std::move(work), then});
}

namespace {

/// What the steps of one run have come to.
class Progress {
 public:
  explicit Progress(std::stop_token stop) : on_stop_(std::move(stop), [this] { cancel(); }) {}

  /// False where it is not to begin any more.
  bool may_begin(const std::vector<StepId>& after) {
    std::unique_lock lock(mutex_);
    const auto is_done = [this](const auto& id) { return done_.contains(id); };
    return changed_.wait(lock, failed_.get_token(), [&] {
      return std::all_of(after.begin(), after.end(), is_done);
    }) && !failed_.stop_requested();
  }
  std::stop_token token(Graph::WhenAnotherFails then) const {
    return then == Graph::WhenAnotherFails::stop ? failed_.get_token() : cancelled_.get_token();
  }

  void done(const StepId& id) {
    const std::lock_guard lock(mutex_);
    done_.insert(id);
    changed_.notify_all();
  }
  /// `stopped`: the step had been told to stop.
  void failed(const std::exception_ptr& failure, bool stopped, ExitCode where) {
    std::unique_lock lock(mutex_);
    try {
      std::rethrow_exception(failure);
    } catch (const Failures& several) {
      failures_.insert(failures_.end(), several.all.begin(), several.all.end());
    } catch (const Error& e) {
      failures_.push_back(e);
    } catch (const Cancelled&) {
    } catch (const std::exception& e) {
      if (!stopped) failures_.push_back(as_error(e, where));
    }
    lock.unlock();
    failed_.request_stop();
  }
  void throw_failure() const {
    if (failures_.size() == 1) throw Error(failures_[0]);
    if (!failures_.empty()) throw Failures(failures_);
    if (failed_.stop_requested()) throw Cancelled();  // by a step itself
  }

 private:
  void cancel() {
    cancelled_.request_stop();
    failed_.request_stop();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<StepId> done_;
  std::vector<Error> failures_;
  std::stop_source cancelled_, failed_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace

void Graph::run(std::stop_token stop) {
  check(steps_);
  Progress progress(stop);
  const auto run_step = [this, &progress](const Step& step) {
    const auto token = progress.token(step.then);
    try {
      if (!progress.may_begin(step.after)) return;
      step.work(token);
      progress.done(step.id);
    } catch (...) {
      progress.failed(std::current_exception(), token.stop_requested(), where_(step.id));
    }
  };
  {
    std::vector<std::jthread> threads;
    for (const auto& step : steps_) try {
        threads.emplace_back([&run_step, &step] { run_step(step); });
      } catch (const std::system_error& e) {
        const Error error(
            std::string("no thread can be started: ") + e.code().message(),
            {.hint = "the limit of processes may be reached: ulimit -u, or pids.max of the control group",
             .exit_code = kCluster});
        progress.failed(std::make_exception_ptr(error), false, kCluster);
        break;
      }
  }
  if (stop.stop_requested()) throw Cancelled();
  progress.throw_failure();
}

}  // namespace harness
