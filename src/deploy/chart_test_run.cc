#include "deploy/chart_test_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "cluster/leftovers.h"
#include "deploy/hook_run.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
constexpr size_t kLongestLabel = 63;

bool is_same(const Object& a, const Object& b) {
  return a.kind == b.kind && a.api_version == b.api_version && a.name_space == b.name_space &&
         a.name == b.name;
}

std::string label_of(const std::string& name) {
  auto label = name.substr(0, kLongestLabel);
  while (!label.empty() && !std::isalnum(static_cast<unsigned char>(label.back()))) label.pop_back();
  return label;
}

}  // namespace

bool ChartTestRun::is_test(const Object& hook) {
  const auto type = type_of(hook.api_version, hook.kind);
  return type == GroupKind{"", "Pod"} || type == GroupKind{"batch", "Job"};
}

void ChartTestRun::run(const Object& given, const std::vector<Object>& hooks,
                       const std::function<void(const std::string&)>& on_log, const Waiting& waiting,
                       std::stop_token stop) {
  prepare(given, hooks, waiting, stop);
  const auto test = labelled(given);
  const auto end = [&] {
    on_log(logs_of(test, stop));
    remove_hook(api_, test, waiting, stop);
  };
  try {
    run_hook(api_, test, waiting, stop);
  } catch (const Error&) {
    end();
    throw;
  }
  end();
}

void ChartTestRun::end(const Waiting& waiting, std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  for (auto hook = made_.rbegin(); hook != made_.rend(); ++hook) remove_hook(api_, *hook, waiting, stop);
  made_.clear();
}

Object ChartTestRun::labelled(Object hook) const {
  auto& labels = hook.body["metadata"]["labels"];
  labels[kRunLabel] = run_id_;
  labels[kTestLabel] = label_of(hook.name);
  return hook;
}

void ChartTestRun::prepare(const Object& test, const std::vector<Object>& hooks, const Waiting& waiting,
                           std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  for (const auto& hook : hooks) {
    if (is_same(hook, test)) return;
    if (is_test(hook) ||
        std::any_of(made_.begin(), made_.end(), [&](const auto& made) { return is_same(made, hook); }))
      continue;
    made_.push_back(labelled(hook));
    run_hook(api_, made_.back(), waiting, stop);
  }
}

std::string ChartTestRun::logs_of(const Object& test, std::stop_token stop) const {
  const std::string pods = "/api/v1/namespaces/" + test.name_space + "/pods";
  const Json list = api_.get(
      pods + (test.kind == "Pod" ? "?fieldSelector=metadata.name%3D" : "?labelSelector=job-name%3D") +
          test.name,
      stop);
  std::string text;
  for (const auto& pod : list_at(list, "/items"))
    for (const char* containers : {"/spec/initContainers", "/spec/containers"})
      for (const auto& container : list_at(pod, containers)) {
        const auto name = text_at(container, "/name");
        text += fmt::format("== pod {}, container {}\n", name_of(pod), name) +
                api_.get_text(pods + "/" + name_of(pod) + "/log?container=" + name, stop) + "\n";
      }
  return text;
}

}  // namespace harness
