#include "deploy/render/hooks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <tuple>

#include "base/text.h"
#include "deploy/install_order.h"
#include "deploy/render/helm.h"

namespace harness {

namespace {

std::string annotation(const Object& object, const std::string& name) {
  const auto pointer = nlohmann::json::json_pointer("/metadata/annotations") / name;
  return object.body.contains(pointer) && object.body[pointer].is_string()
             ? object.body[pointer].get<std::string>()
             : "";
}

std::set<std::string> words(const std::string& text) {
  std::set<std::string> all;
  for (const auto& word : split(text, ','))
    if (const auto trimmed = trim(word); !trimmed.empty()) all.insert(trimmed);
  return all;
}

bool is_of_chart(const Object& object) {
  return object.origin.manifest && object.origin.manifest->source.starts_with(kHelmTitle);
}

bool runs(const Hook& hook) {
  return std::any_of(hook.events.begin(), hook.events.end(), [](const auto& event) {
    return event == "pre-install" || event == "post-install" || event == "pre-upgrade" ||
           event == "post-upgrade";
  });
}

bool is_test(const Hook& hook) {
  return hook.events.contains("test") || hook.events.contains("test-success") ||
         hook.events.contains("test-failure");
}

/// The hooks of `objects` that are meant, by weight, kind and name.
std::vector<Object> in_order(const std::vector<Object>& objects,
                             const std::function<bool(const Hook&)>& is_meant) {
  std::vector<std::pair<int, Object>> found;
  for (const auto& object : objects)
    if (const auto hook = hook_of(object); hook && is_meant(*hook)) found.emplace_back(hook->weight, object);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first, install_rank(a.second), a.second.name) <
           std::tuple(b.first, install_rank(b.second), b.second.name);
  });
  std::vector<Object> hooks;
  for (auto& [weight, object] : found) hooks.push_back(std::move(object));
  return hooks;
}

}  // namespace

std::optional<Hook> hook_of(const Object& object) {
  if (!is_of_chart(object)) return std::nullopt;
  Hook hook{.events = words(annotation(object, "helm.sh/hook")),
            .weight = std::atoi(annotation(object, "helm.sh/hook-weight").c_str()),
            .policies = words(annotation(object, "helm.sh/hook-delete-policy"))};
  hook.events.erase("crd-install");
  return hook.events.empty() ? std::nullopt : std::optional(std::move(hook));
}

std::vector<std::string> take_hooks_out(std::vector<Object>& objects, bool tests_run) {
  std::vector<std::string> remarks;
  std::erase_if(objects, [&](const Object& object) {
    const auto hook = hook_of(object);
    if (!hook || runs(*hook)) return false;
    if (is_test(*hook) && tests_run) return true;
    if (is_test(*hook))
      remarks.push_back(fmt::format("note:  {} is a test of the chart and is left out", place_of(object)));
    else
      remarks.push_back(fmt::format("warning: {} is a hook that does not run here ({})", place_of(object),
                                    join({hook->events.begin(), hook->events.end()}, ", ")));
    return true;
  });
  return remarks;
}

std::vector<Object> without_hooks(const std::vector<Object>& objects) {
  std::vector<Object> rest;
  std::copy_if(objects.begin(), objects.end(), std::back_inserter(rest),
               [](const auto& object) { return !hook_of(object); });
  return rest;
}

std::vector<Object> hooks_at(const std::string& event, const std::vector<Object>& objects) {
  return in_order(objects, [&](const Hook& hook) { return hook.events.contains(event); });
}

std::vector<Object> chart_tests(const std::vector<Object>& objects) { return in_order(objects, is_test); }

}  // namespace harness
