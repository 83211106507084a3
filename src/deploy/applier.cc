#include "deploy/applier.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "base/error.h"
#include "base/pause.h"
#include "base/threads.h"
#include "cluster/objects.h"
#include "cluster/requests.h"
#include "deploy/anew.h"
#include "deploy/apply_error.h"
#include "deploy/immutable_config.h"
#include "deploy/install_order.h"
#include "deploy/namespace_end.h"
#include "deploy/recreate.h"
#include "deploy/removal.h"
#include "deploy/rollout.h"
#include "deploy/take_over.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause{50}, kLongestPause{1000};
/// What is normal is not said.
constexpr seconds kUsual{5};
/// How long webhooks wait for the pods of their component to be made: what keeps those from being made for
/// longer is no webhook of this component.
constexpr seconds kPodsAreMade{10};

/// When the workloads are looked at for what may be wrong.
constexpr seconds kLookAtWorkloads{2};
/// How long after all else is ready a type may still be defined by what runs now.
constexpr seconds kDefinedLate{5};

bool is_unknown(const ApiStatus& status) { return status.reason == KubeApi::kNoSuchType; }

/// What Kubernetes itself has is there from the start, or never.
bool will_stay_unknown(const Object& object, const ApiStatus& status) {
  return is_unknown(status) && install_rank(object) < kCustomRank;
}

bool are_of_one_type(const Object& a, const Object& b) {
  return type_of(a.api_version, a.kind) == type_of(b.api_version, b.kind);
}

}  // namespace

std::vector<Applier::Result> Applier::apply(const std::vector<Object>& objects) {
  objects_ = &objects;
  results_.assign(objects.size(), {});
  Indices todo(objects.size());
  std::iota(todo.begin(), todo.end(), 0);
  std::stable_sort(todo.begin(), todo.end(),
                   [&](size_t a, size_t b) { return install_rank(objects[a]) < install_rank(objects[b]); });
  began_ = Clock::now();
  while (!todo.empty()) {
    auto left = round(todo);
    if (left.size() < todo.size()) pause_ = kFirstPause;
    todo = std::move(left);
    if (!todo.empty()) wait_a_moment(todo);
  }
  wait_until_served(is_definition);
  wait_until_served(is_api_service);
  if (waiting_.others_come) waiting_.others_come(false);
  rollouts_.reset();
  return std::move(results_);
}

Applier::Indices Applier::round(const Indices& todo) {
  const auto& objects = *objects_;
  Indices left;
  bool pods_first =
      false;  // a webhook that is asked about its own server's pods would keep them from being made
  bool custom = false;
  for (size_t at = 0; at < todo.size();) {
    const Object& object = objects[todo[at]];
    if (is_webhook(object) && !pods_first)
      pods_first = Clock::now() - began_ < kPodsAreMade && !pods_are_made();
    if (pods_first && install_rank(object) >= kWebhookRank) {
      left.push_back(todo[at++]);
      continue;
    }
    if (!custom && install_rank(object) == kCustomRank && left.empty()) wait_until_served(is_definition);
    custom = custom || install_rank(object) == kCustomRank;
    Indices batch;
    while (at < todo.size() && are_of_one_type(objects[todo[at]], object)) batch.push_back(todo[at++]);
    try_all(batch);
    for (const size_t i : batch)
      if (results_[i].stored.is_null()) left.push_back(i);
  }
  return left;
}

void Applier::try_all(const Indices& batch) {
  side_by_side(batch.size(), kRequestsAtOnce, [&](size_t at) {
    if (stop_.stop_requested()) throw Cancelled();
    try_one((*objects_)[batch[at]], results_[batch[at]]);
  });
}

void Applier::try_one(const Object& object, Result& result) {
  try {
    result.collection = api_.collection(object.api_version, object.kind, object.name_space, stop_);
    result.stored = apply_or_make_anew(object, result.collection);
    const std::lock_guard lock(mutex_);
    later_.erase(&object);
  } catch (const ApiError& e) {
    if (!may_pass(e.status) || will_stay_unknown(object, e.status)) throw apply_error(object, e);
    put_off(object, e);
  } catch (const Error&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::runtime_error& e) {  // no answer: the API starts again
    put_off(object, ApiError("", {.code = 503, .reason = "", .message = e.what(), .causes = {}}, kDeploy));
  }
}

void Applier::put_off(const Object& object, const ApiError& why) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = later_.try_emplace(&object, Later{Clock::now(), why});
  if (!is_new) known->second.why = why;
}

Json Applier::apply_or_make_anew(const Object& object, const std::string& collection) {
  const auto path = collection + "/" + object.name;
  const bool is_namespace = object.kind == "Namespace" && object.api_version == "v1";
  const auto wait_for_end = [&] {
    wait_for_namespace_to_end(api_, is_namespace ? object.name : object.name_space, waiting_, stop_);
  };
  const auto type = type_of(object.api_version, object.kind);
  if (type == GroupKind{"batch", "Job"} || type == GroupKind{"", "Pod"})
    if (const auto reason = reason_to_make_anew(type, api_.get(path, stop_), object.body))
      take_away(api_, object, path, *reason, may_lose_data_, waiting_, stop_);
  // Components that share an immutable one make it anew one after the other: the first has removed the pods
  // of both.
  static std::mutex immutable_configs;
  std::unique_lock turn(immutable_configs, std::defer_lock);
  if (is_immutable_config(type, object.body)) {
    turn.lock();
    if (api_.get(path, stop_).is_null()) remove_users(api_, object, waiting_, stop_);
  }
  for (;;) {
    try {
      Json stored = api_.apply(path, object.body, stop_);
      if (!is_ending(stored)) {
        const auto fields = fields_taken_over(type, stored);
        if (fields.is_null()) return stored;
        api_.patch(path, {{"metadata", {{"managedFields", fields}}}}, stop_);
        return api_.apply(path, object.body, stop_);
      }
      // What is being deleted takes changes until it is gone, and goes with them.
      if (is_namespace)
        wait_for_end();
      else
        remove_and_wait(api_, type_of(object.api_version, object.kind), path, object.kind + " " + object.name,
                        waiting_, stop_);
      continue;
    } catch (const ApiError& e) {
      if (e.status.message.find("because it is being terminated") != std::string::npos) {
        wait_for_end();
        continue;
      }
      if (may_pass(e.status) || e.status.code == 401 || e.status.code == 413) throw;
      const Json stored = api_.get(path, stop_);
      if (stored.is_null() || !refuses_only_the_change(api_, object, collection, e.status, stop_)) throw;
      const auto& causes = e.status.causes;
      const auto why = causes.empty() ? e.status.message : causes[0].field + ": " + causes[0].message;
      const bool is_kept_by_nodes = is_immutable_config(type, stored);
      if (is_kept_by_nodes && !turn.owns_lock()) {
        turn.lock();
        continue;
      }
      take_away(api_, object, path, without_values(object, why), may_lose_data_, waiting_, stop_);
      if (is_kept_by_nodes) remove_users(api_, object, waiting_, stop_);
    }
  }
}

bool Applier::pods_are_made() const {
  const auto& objects = *objects_;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != "Deployment" && objects[i].kind != "StatefulSet") continue;
    if (results_[i].stored.is_null()) return false;
    const Json seen = api_.get(results_[i].collection + "/" + objects[i].name, stop_);
    const auto wanted = std::min<int64_t>(number_at(seen, "/spec/replicas", 1), 1);
    if (!is_observed(seen) || number_at(seen, "/status/replicas") < wanted) return false;
  }
  return true;
}

void Applier::wait_until_served(bool (*is_one)(const Object&)) {
  for (size_t i = 0; i < objects_->size(); ++i) {
    const Object& object = (*objects_)[i];
    if (!is_one(object)) continue;
    const auto path = api_.collection(object.api_version, object.kind, "", stop_) + "/" + object.name;
    for (;;) {
      const Json seen = api_.get(path, stop_);
      ApiStatus status{.code = 503, .reason = kNotServed, .message = "", .causes = {}};
      if (is_definition(object)) {
        if (has_condition(seen, "Established") && is_discovered(seen)) break;
        const Json& names = condition_of(seen, "NamesAccepted");
        if (text_at(names, "/status") == "False")
          throw Error("cannot apply " + title_of(object) + ": " + text_at(names, "/message"),
                      {.hint = "another definition has this name", .exit_code = kDeploy});
        status.message = "it is not in the list of what the API serves";
      } else {
        const Json& available = condition_of(seen, "Available");
        if (text_at(available, "/status") == "True") break;
        status.message =
            text_at(available, "/message").empty() ? "it is not Available" : text_at(available, "/message");
      }
      put_off(object, ApiError("", status, kDeploy));
      pause_ = kFirstPause;
      wait_a_moment({i});
    }
    later_.erase(&object);
  }
}

bool Applier::is_discovered(const Json& definition) const {
  for (const auto& version : list_at(definition, "/spec/versions"))
    if (flag_at(version, "/served") &&
        !api_.knows(text_at(definition, "/spec/group") + "/" + text_at(version, "/name"),
                    text_at(definition, "/spec/names/kind"), stop_))
      return false;
  return true;
}

void Applier::wait_a_moment(const Indices& todo) {
  watch_workloads();
  give_up_unknown(todo);
  const auto now = Clock::now();
  for (auto& [object, later] : later_) {
    if (now > waiting_.deadline) {
      if (rollouts_) rollouts_->join();  // a workload that is not ready says more
      const auto error = apply_error(*object, later.why);
      throw Error(std::string(error.what()) + " (it was retried until the component's timeout)",
                  error.details);
    }
    if (now - later.since < kUsual || later.said) continue;
    later.said = true;
    const auto error = apply_error(*object, later.why);
    if (waiting_.on_trouble)
      waiting_.on_trouble({.cause = error.what(),
                           .evidence = error.details.output_tail,
                           .hint = error.details.hint,
                           .may_pass = true});
  }
  const Object& first = (*objects_)[todo[0]];
  if (waiting_.on_progress) waiting_.on_progress(first.kind + " " + first.name + " is not accepted yet");
  if (pause_for(pause_, stop_)) throw Cancelled();
  pause_ = std::min(pause_ * 2, kLongestPause);
}

/// Of what is stored by now.
void Applier::watch_workloads() {
  if (!waits_since_) waits_since_ = Clock::now();
  if (Clock::now() - *waits_since_ < kLookAtWorkloads) return;
  if (!rollouts_) {
    std::vector<Applied> workloads;
    for (size_t i = 0; i < results_.size(); ++i)
      if (const Object& object = (*objects_)[i];
          !results_[i].stored.is_null() && is_workload(type_of(object.api_version, object.kind)))
        workloads.push_back({object, results_[i].collection, results_[i].stored});
    rollouts_.emplace(api_, std::move(workloads), waiting_, stop_);
  }
  rollouts_->are_complete();
}

void Applier::give_up_unknown(const Indices& todo) {
  const auto waits_for_its_type = [&](size_t i) {
    const auto found = later_.find(&(*objects_)[i]);
    return found != later_.end() && is_unknown(found->second.why.status);
  };
  const bool is_blocked = std::all_of(todo.begin(), todo.end(), waits_for_its_type);
  const bool others_come = waiting_.others_come && waiting_.others_come(is_blocked);
  if (!is_blocked || others_come || !rollouts_ || !rollouts_->are_complete()) {
    unknown_since_.reset();
    return;
  }
  const auto now = Clock::now();
  if (!unknown_since_) unknown_since_ = now;
  if (now - *unknown_since_ > kDefinedLate) throw no_such_type(api_, (*objects_)[todo[0]], stop_);
}

}  // namespace harness
