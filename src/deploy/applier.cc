#include "deploy/applier.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"
#include "base/pause.h"
#include "cluster/objects.h"
#include "deploy/anew.h"
#include "deploy/apply_error.h"
#include "deploy/immutable_config.h"
#include "deploy/install_order.h"
#include "deploy/namespace_end.h"
#include "deploy/recreate.h"
#include "deploy/removal.h"
#include "deploy/take_over.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause{50}, kLongestPause{1000};
/// What is normal is not said.
constexpr seconds kUsual{5};
/// How long webhooks wait for the pods of their component to be made: what keeps those from being made for longer is no webhook of this component.
constexpr seconds kPodsAreMade{10};

/// What Kubernetes itself has is there from the start, or never.
bool will_stay_unknown(const Object& object, const ApiStatus& status) { return status.reason == KubeApi::kNoSuchType && install_rank(object) < kCustomRank; }

}  // namespace

std::vector<Applier::Result> Applier::apply(const std::vector<Object>& objects) {
  std::vector<size_t> todo(objects.size());
  for (size_t i = 0; i < todo.size(); ++i) todo[i] = i;
  std::stable_sort(todo.begin(), todo.end(), [&](size_t a, size_t b) { return install_rank(objects[a]) < install_rank(objects[b]); });
  std::vector<Result> results(objects.size());
  remove_unanswered_webhooks(objects);
  const auto began = Clock::now();
  for (;;) {
    std::vector<size_t> left;
    bool pods_first = false;  // a webhook that is asked about its own server's pods would keep them from being made
    bool custom = false;
    for (const size_t i : todo) {
      if (stop_.stop_requested()) throw Cancelled();
      const Object& object = objects[i];
      if (is_webhook(object) && !pods_first) pods_first = Clock::now() - began < kPodsAreMade && !pods_are_made(objects, results);
      if (pods_first && install_rank(object) >= kWebhookRank) {
        left.push_back(i);
        continue;
      }
      if (!custom && install_rank(object) == kCustomRank && left.empty()) wait_until_served(objects, is_definition);
      custom = custom || install_rank(object) == kCustomRank;
      results[i].stored = try_one(object, results[i]);
      if (results[i].stored.is_null()) left.push_back(i);
    }
    if (left.size() < todo.size()) pause_ = kFirstPause;
    todo = std::move(left);
    if (todo.empty()) break;
    wait_a_moment(objects[todo[0]]);
  }
  wait_until_served(objects, is_definition);
  wait_until_served(objects, is_api_service);
  return results;
}

Json Applier::try_one(const Object& object, Result& result) {
  try {
    result.collection = api_.collection(object.api_version, object.kind, object.name_space, stop_);
    Json stored = apply_or_make_anew(object, result.collection);
    later_.erase(&object);
    return stored;
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
  return nullptr;
}

void Applier::put_off(const Object& object, const ApiError& why) {
  const auto [known, is_new] = later_.try_emplace(&object, Later{Clock::now(), why});
  if (!is_new) known->second.why = why;
}

Json Applier::apply_or_make_anew(const Object& object, const std::string& collection) {
  const auto path = collection + "/" + object.name;
  const bool is_namespace = object.kind == "Namespace" && object.api_version == "v1";
  const auto wait_for_end = [&] { wait_for_namespace_to_end(api_, is_namespace ? object.name : object.name_space, waiting_, stop_); };
  const auto type = type_of(object.api_version, object.kind);
  if (type == GroupKind{"batch", "Job"} || type == GroupKind{"", "Pod"})
    if (const auto reason = reason_to_make_anew(type, api_.get(path, stop_), object.body)) take_away(api_, object, path, *reason, may_lose_data_, waiting_, stop_);
  // Components that share an immutable one make it anew one after the other: the first has removed the pods of both.
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
      if (is_namespace) wait_for_end();
      else remove_and_wait(api_, type_of(object.api_version, object.kind), path, object.kind + " " + object.name, waiting_, stop_);
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

/// Where a webhook's server has no pod that answers, it would keep that pod from being made.
void Applier::remove_unanswered_webhooks(const std::vector<Object>& objects) {
  for (const auto& object : objects) {
    if (!is_webhook(object)) continue;
    for (const auto& webhook : list_at(object.body, "/webhooks")) {
      const auto service = text_at(webhook, "/clientConfig/service/name"), name_space = text_at(webhook, "/clientConfig/service/namespace");
      const bool is_own = std::any_of(objects.begin(), objects.end(), [&](const auto& one) { return one.kind == "Service" && one.name == service && one.name_space == name_space; });
      if (!is_own) continue;
      const auto path = api_.collection(object.api_version, object.kind, "", stop_) + "/" + object.name;
      if (api_.get(path, stop_).is_null()) break;
      const Json slices = api_.get("/apis/discovery.k8s.io/v1/namespaces/" + name_space + "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + service, stop_);
      bool answers = false;
      for (const auto& slice : list_at(slices, "/items"))
        for (const auto& endpoint : list_at(slice, "/endpoints")) answers = answers || json_at(endpoint, "/conditions/ready") == Json(true);
      if (answers) continue;
      if (waiting_.on_notice) waiting_.on_notice(object.kind + " " + object.name + " is made anew: no pod of its Service " + service + " is ready, and it could keep them from being made");
      api_.remove(path, stop_);
      break;
    }
  }
}

bool Applier::pods_are_made(const std::vector<Object>& objects, const std::vector<Result>& results) const {
  for (size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != "Deployment" && objects[i].kind != "StatefulSet") continue;
    if (results[i].stored.is_null()) return false;
    const Json seen = api_.get(results[i].collection + "/" + objects[i].name, stop_);
    const auto wanted = std::min<int64_t>(number_at(seen, "/spec/replicas", 1), 1);
    if (!is_observed(seen) || number_at(seen, "/status/replicas") < wanted) return false;
  }
  return true;
}

void Applier::wait_until_served(const std::vector<Object>& objects, bool (*is_one)(const Object&)) {
  for (const auto& object : objects) {
    if (!is_one(object)) continue;
    const auto path = api_.collection(object.api_version, object.kind, "", stop_) + "/" + object.name;
    for (;;) {
      const Json seen = api_.get(path, stop_);
      ApiStatus status{.code = 503, .reason = "", .message = "", .causes = {}};
      if (is_definition(object)) {
        if (has_condition(seen, "Established") && is_discovered(seen)) break;
        const Json& names = condition_of(seen, "NamesAccepted");
        if (text_at(names, "/status") == "False") throw Error("cannot apply " + title_of(object) + ": " + text_at(names, "/message"), {.hint = "another definition has the name", .exit_code = kDeploy});
        status.message = "the API does not serve it yet";
      } else {
        const Json& available = condition_of(seen, "Available");
        if (text_at(available, "/status") == "True") break;
        status.message = text_at(available, "/message").empty() ? "it is not Available" : text_at(available, "/message");
      }
      put_off(object, ApiError("", status, kDeploy));
      pause_ = kFirstPause;
      wait_a_moment(object);
    }
    later_.erase(&object);
  }
}

bool Applier::is_discovered(const Json& definition) const {
  for (const auto& version : list_at(definition, "/spec/versions"))
    if (flag_at(version, "/served") && !api_.knows(text_at(definition, "/spec/group") + "/" + text_at(version, "/name"), text_at(definition, "/spec/names/kind"), stop_)) return false;
  return true;
}

void Applier::wait_a_moment(const Object& first) {
  const auto now = Clock::now();
  for (auto& [object, later] : later_) {
    if (now > waiting_.deadline) {
      const auto error = apply_error(*object, later.why);
      throw Error(std::string(error.what()) + " (it was tried again until the component's timeout)", error.details);
    }
    if (now - later.since < kUsual || later.said) continue;
    later.said = true;
    const auto error = apply_error(*object, later.why);
    if (waiting_.on_trouble) waiting_.on_trouble({.cause = error.what(), .evidence = error.details.output_tail, .hint = error.details.hint, .may_pass = true});
  }
  if (waiting_.on_progress) waiting_.on_progress(first.kind + " " + first.name + " is not taken yet");
  if (pause_for(pause_, stop_)) throw Cancelled();
  pause_ = std::min(pause_ * 2, kLongestPause);
}

}  // namespace harness
