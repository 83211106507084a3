#include "cli/component_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "deploy/apply_error.h"
#include "deploy/chart_test_run.h"
#include "deploy/config_hash.h"
#include "deploy/ready_conditions.h"
#include "deploy/secret_data.h"

namespace harness {

namespace {

/// What the pods of `objects` name and only another component's manifest has.
std::vector<Object> configs_of_others(const std::vector<Object>& objects,
                                      const std::map<std::string, Object>& configs) {
  std::set<std::string> names;
  for (const auto& object : objects) names.merge(configs_named(object));
  for (const auto& object : objects) names.erase(config_key(object));
  std::vector<Object> found;
  for (const auto& name : names)
    if (const auto config = configs.find(name); config != configs.end()) found.push_back(config->second);
  return found;
}

/// Throws where more than the chart's own objects depends on what it has.
std::string unanswered_remark(const Component& component, Error error) {
  if (!component.expose.empty() || !component.ports.empty()) {
    error.details.hint =
        "expose: and ports: need its Services before a cluster answers lookup: have the templates take an "
        "empty answer";
    throw error;
  }
  const auto lines = split(trim(error.details.output_tail), '\n');
  const auto said =
      std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("Error: "); });
  return fmt::format(
      "note:  component \"{}\": its chart asks the cluster (lookup) and cannot be rendered before it is "
      "deployed{}",
      component.name, said == lines.end() ? "" : ": " + said->substr(std::string("Error: ").size()));
}

bool is_namespace(const Object& object) { return object.kind == "Namespace" && object.api_version == "v1"; }

/// That every cluster has
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces).
bool is_own_namespace(const std::string& name) { return name == "default" || name.starts_with("kube-"); }

}  // namespace

ComponentObjects::ComponentObjects(const Project& project, const RenderSettings& settings)
    : project_(project), settings_(settings), names_(project) {
  std::vector<std::future<SourceObjects>> reading;  // side by side: nothing else goes on yet
  for (const auto& component : project.components)
    reading.push_back(std::async(std::launch::async, [&project, &component, &settings] {
      return read_component(project, component, settings);
    }));
  for (size_t i = 0; i < reading.size(); ++i) {
    const auto& component = project.components[i];
    auto read = reading[i].get();
    if (read.asks_cluster) asking_.push_back(component.name);
    if (read.unanswered) remarks_.push_back(unanswered_remark(component, std::move(*read.unanswered)));
    const auto remarks = remarks_of(read);
    remarks_.insert(remarks_.end(), remarks.begin(), remarks.end());
    take(component, std::move(read));
  }
  index();
  images_ = named_images();
}

std::vector<std::string> ComponentObjects::remarks_of(const SourceObjects& read) const {
  auto all = read.remarks;
  for (const auto& object : read.objects) {
    const auto remarks = image_uses(object, names_).remarks;
    all.insert(all.end(), remarks.begin(), remarks.end());
  }
  return all;
}

void ComponentObjects::take(const Component& component, SourceObjects read) {
  set_ready_conditions(read.objects, component, project_.file.filename().string());
  auto& written = written_[component.name];
  if (written) former_.push_back(written);
  written = std::make_shared<const std::vector<Object>>(std::move(read.objects));
  if (project_.tests_chart_of(component.name)) chart_tests_[component.name] = std::move(read.tests);
}

void ComponentObjects::index() {
  autoscaled_.clear();
  configs_.clear();
  namespaces_.clear();
  scopes_ = {};
  made_.clear();
  for (const auto& component : project_.components) {
    autoscaled_.merge(autoscaled(of_component(component.name)));
    for (const auto& object : of_component(component.name))
      if (is_config(object)) configs_.emplace(config_key(object), object);
  }
  check_objects();
}

bool ComponentObjects::has_to_ask(const Component& component) const {
  const std::lock_guard lock(mutex_);
  return std::find(asking_.begin(), asking_.end(), component.name) != asking_.end() &&
         !asked_.contains(component.name);
}

std::vector<std::string> ComponentObjects::ask_cluster(const Component& component,
                                                       const ChartAnswers& answers) {
  const std::lock_guard one_after_another(asks_);
  if (!has_to_ask(component)) return {};
  auto read = read_component(project_, component, settings_, answers);
  auto remarks = remarks_of(read);
  const std::lock_guard lock(mutex_);
  const bool was_rendered = !of_component(component.name).empty();
  std::erase_if(remarks, [&](const auto& remark) {
    return (was_rendered && remark.starts_with("note:")) ||
           std::find(remarks_.begin(), remarks_.end(), remark) != remarks_.end();
  });
  take(component, std::move(read));
  index();
  for (const auto& [name, images] : named_images())
    for (const auto& image : images)
      if (const auto& planned = images_.at(name);
          std::find(planned.begin(), planned.end(), image) == planned.end())
        throw unplanned(component, "names the image \"" + image + "\", which nothing named before");
  asked_[component.name] = answers;
  return remarks;
}

std::string ComponentObjects::notes(const Component& component) const {
  ChartAnswers answers;
  std::vector<Object> objects;
  {
    const std::lock_guard lock(mutex_);
    if (const auto asked = asked_.find(component.name); asked != asked_.end()) answers = asked->second;
    objects = of_component(component.name);
  }
  auto text = notes_of(project_, component, settings_, answers);
  for (const auto& object : objects) text = without_values(object, std::move(text));
  return text;
}

std::vector<std::string> ComponentObjects::asked_before(const Component& component) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> named;
  for (const auto& object : of_component(component.name)) named.merge(configs_named(object));
  std::vector<std::string> before;
  for (const auto& name : asking_)
    if (const auto& objects = of_component(name);
        name != component.name && std::any_of(objects.begin(), objects.end(), [&](const auto& object) {
          return is_config(object) && named.contains(config_key(object));
        }))
      before.push_back(name);
  return before;
}

const std::vector<Object>& ComponentObjects::written(const Component& component) const {
  const std::lock_guard lock(mutex_);
  return of_component(component.name);
}

ComponentImages ComponentObjects::named_images() const {
  ComponentImages images;
  for (const auto& component : project_.components) {
    auto& names = images[component.name] = component.images;
    add_images(names, of_component(component.name));
    if (const auto tests = chart_tests_.find(component.name); tests != chart_tests_.end())
      add_images(names, tests->second);
    add_images(names, configs_of_others(of_component(component.name), configs_));
  }
  return images;
}

void ComponentObjects::add_images(std::vector<std::string>& names, const std::vector<Object>& objects) const {
  for (const auto& object : objects)
    for (const auto& use : image_uses(object, names_).uses) {
      if (!project_.image(use.image)) fail_unknown_image(object, use, project_.file.filename().string());
      if (std::find(names.begin(), names.end(), use.image) == names.end()) names.push_back(use.image);
    }
}

void ComponentObjects::check_objects() {
  std::vector<const Object*> all;
  for (const auto& component : project_.components) {
    scopes_.add(of_component(component.name));
    for (const auto& object : of_component(component.name)) {
      all.push_back(&object);
      if (is_namespace(object)) namespaces_.insert(object.name);
    }
  }
  check_identities(all, scopes_);
}

std::vector<Object> ComponentObjects::of(const Component& component,
                                         const std::map<std::string, std::string>& references) const {
  std::map<std::string, std::string> own;
  for (const auto& image : images_.at(component.name))
    if (const auto reference = references.find(image); reference != references.end()) own.insert(*reference);
  const std::lock_guard lock(mutex_);
  auto& made = made_[component.name];
  if (made.objects.empty() || made.references != own) made = {own, make(component, own)};
  return made.objects;
}

std::vector<Object> ComponentObjects::make(const Component& component,
                                           const std::map<std::string, std::string>& references) const {
  auto objects = of_component(component.name);
  // Applied with it, whichever comes first: a pod that began with the old one would keep it.
  for (auto& config : configs_of_others(objects, configs_)) objects.push_back(std::move(config));
  for (auto& object : objects) replace_images(object, names_, references);
  for (auto& object : objects) {
    encode_string_data(object);
    settle_replicas(object, autoscaled_);
  }
  annotate_templates(objects, config_hashes(objects));
  add_namespaces(objects);
  return objects;
}

std::vector<Object> ComponentObjects::tests_of(const Component& component,
                                               const std::map<std::string, std::string>& references) const {
  const std::lock_guard lock(mutex_);
  auto tests = chart_tests_.at(component.name);
  for (auto& object : tests) {
    replace_images(object, names_, references);
    encode_string_data(object);
  }
  return tests;
}

std::vector<std::string> ComponentObjects::names_of_tests(const Component& component) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& object : chart_tests_.at(component.name))
    if (ChartTestRun::is_test(object)) names.push_back(object.name);
  return names;
}

/// What lies in a namespace that no manifest has brings it along.
void ComponentObjects::add_namespaces(std::vector<Object>& objects) const {
  std::set<std::string> missing;
  for (const auto& object : objects)
    if (const auto name = identity_of(object, scopes_).name_space;
        !name.empty() && name != project_.name_space && !namespaces_.contains(name) &&
        !is_own_namespace(name))
      missing.insert(name);
  for (const auto& name : missing)
    objects.push_back({"v1",
                       "Namespace",
                       name,
                       project_.name_space,
                       {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}}});
}

Error unplanned(const Component& component, const std::string& what) {
  return Error(
      fmt::format("component \"{}\": with what the cluster answers (lookup) its chart {}", component.name,
                  what),
      {.hint = "run the same again: what is rendered now is kept, and planned with", .exit_code = kDeploy});
}

std::string hash_of(const std::vector<Object>& objects) {
  std::string all;
  for (const auto& object : objects) {
    if (!object.is_generated) {
      all += object.body.dump() + "\n";
      continue;
    }
    auto body = object.body;
    body["metadata"].erase("name");
    all += body.dump() + "\n";
  }
  return sha256_hex(all);
}

}  // namespace harness
