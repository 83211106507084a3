#include "deploy/rollouts.h"

#include <string>
#include <utility>

#include "base/graph.h"
#include "base/threads.h"

namespace harness {

void wait_for_rollouts(const KubeApi& api, const std::vector<Applied>& objects, const Waiting& waiting,
                       std::stop_token stop,
                       const std::function<void(const Applied&, std::stop_token)>& then) {
  Graph rollouts([](const StepId&) { return kDeploy; });
  for (size_t i = 0; i < objects.size(); ++i)
    rollouts.add({"rollout", std::to_string(i)}, {}, [&, i](std::stop_token cancelled) {
      wait_for_rollout(api, objects[i], waiting, cancelled);
      then(objects[i], cancelled);
    });
  rollouts.run(stop);
}

RolloutsBeside::RolloutsBeside(const KubeApi& api, std::vector<Applied> workloads, const Waiting& waiting,
                               std::stop_token stop)
    : workloads_(std::move(workloads)) {
  const auto fail = [this](const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    const std::lock_guard lock(mutex_);
    failure_ = error ? *error : Error(e.what(), {.exit_code = kDeploy});
  };
  const auto work = [this, &api, &waiting, stop = std::move(stop)](std::stop_token no_longer_wanted) {
    std::stop_source ended;
    const auto end = [&] { ended.request_stop(); };
    const std::stop_callback by_run(stop, end), by_owner(std::move(no_longer_wanted), end);
    wait_for_rollouts(api, workloads_, waiting, ended.get_token());
    const std::lock_guard lock(mutex_);
    complete_ = true;
  };
  thread_ = background(work, fail);
}

bool RolloutsBeside::are_complete() const {
  const std::lock_guard lock(mutex_);
  if (failure_) throw Error(*failure_);
  return complete_;
}

void RolloutsBeside::join() {
  thread_.join();
  are_complete();
}

}  // namespace harness
