#include "cli/component_objects.h"

#include <algorithm>
#include <future>
#include <set>

#include "base/hash.h"
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

bool is_namespace(const Object& object) { return object.kind == "Namespace" && object.api_version == "v1"; }

/// That every cluster has
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces).
bool is_own_namespace(const std::string& name) { return name == "default" || name.starts_with("kube-"); }

}  // namespace

ComponentObjects::ComponentObjects(const Project& project, const RenderSettings& settings)
    : project_(project), names_(project) {
  std::vector<std::future<SourceObjects>> reading;  // side by side: nothing else goes on yet
  for (const auto& component : project.components)
    reading.push_back(std::async(std::launch::async, [&project, &component, &settings] {
      return read_component(project, component, settings);
    }));
  for (size_t i = 0; i < reading.size(); ++i) {
    const auto& component = project.components[i];
    auto read = reading[i].get();
    remarks_.insert(remarks_.end(), read.remarks.begin(), read.remarks.end());
    auto& objects = written_[component.name] = std::move(read.objects);
    set_ready_conditions(objects, component, project.file.filename().string());
    for (const auto& object : objects) {
      const auto remarks = image_uses(object, names_).remarks;
      remarks_.insert(remarks_.end(), remarks.begin(), remarks.end());
    }
    images_[component.name] = component.images;
    add_images(images_[component.name], objects);
    if (project.tests_chart_of(component.name)) {
      add_images(images_[component.name], read.tests);
      chart_tests_[component.name] = std::move(read.tests);
    }
    autoscaled_.merge(autoscaled(objects));
    for (const auto& object : objects)
      if (is_config(object)) configs_.emplace(config_key(object), object);
  }
  check_objects();
  for (const auto& component : project.components)
    add_images(images_[component.name], configs_of_others(written(component), configs_));
}

void ComponentObjects::add_images(std::vector<std::string>& names, const std::vector<Object>& objects) {
  for (const auto& object : objects)
    for (const auto& use : image_uses(object, names_).uses) {
      if (!project_.image(use.image)) fail_unknown_image(object, use, project_.file.filename().string());
      if (std::find(names.begin(), names.end(), use.image) == names.end()) names.push_back(use.image);
    }
}

void ComponentObjects::check_objects() {
  std::vector<const Object*> all;
  for (const auto& component : project_.components) {
    scopes_.add(written(component));
    for (const auto& object : written(component)) {
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
  {
    const std::lock_guard lock(mutex_);
    if (const auto made = made_.find(component.name); made != made_.end() && made->second.references == own)
      return made->second.objects;
  }
  auto objects = make(component, own);
  const std::lock_guard lock(mutex_);
  made_[component.name] = {std::move(own), objects};
  return objects;
}

std::vector<Object> ComponentObjects::make(const Component& component,
                                           const std::map<std::string, std::string>& references) const {
  auto objects = written(component);
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
  auto tests = chart_tests_.at(component.name);
  for (auto& object : tests) {
    replace_images(object, names_, references);
    encode_string_data(object);
  }
  return tests;
}

std::vector<std::string> ComponentObjects::names_of_tests(const Component& component) const {
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
