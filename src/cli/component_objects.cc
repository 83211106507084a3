#include "cli/component_objects.h"

#include <algorithm>
#include <future>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "deploy/config_hash.h"

namespace harness {

namespace {

/// What the pods of `objects` name and only another component's manifest has.
std::vector<Object> configs_of_others(const std::vector<Object>& objects, const std::map<std::string, Object>& configs) {
  std::set<std::string> names;
  for (const auto& object : objects) names.merge(configs_named(object));
  for (const auto& object : objects) names.erase(config_key(object));
  std::vector<Object> found;
  for (const auto& name : names)
    if (const auto config = configs.find(name); config != configs.end()) found.push_back(config->second);
  return found;
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

ComponentObjects::ComponentObjects(const Project& project) : project_(project) {
  struct Read {
    std::string text;
    std::vector<ImageUse> uses;
    std::vector<Object> objects;
  };
  std::vector<std::future<Read>> reading;  // side by side: nothing else goes on yet
  for (const auto& component : project.components)
    reading.push_back(std::async(std::launch::async, [&project, &component] {
      auto text = manifest_text(project, component);
      auto uses = image_uses(text, project.registry, component.manifest);
      auto objects = read_manifest(text, "", {}, component.manifest, project.name_space);
      return Read{std::move(text), std::move(uses), std::move(objects)};
    }));
  for (size_t i = 0; i < reading.size(); ++i) {
    const auto& component = project.components[i];
    auto read = reading[i].get();
    auto& images = images_[component.name] = component.images;
    for (const auto& use : read.uses) {
      if (!project.image(use.image))
        throw Error(component.manifest.string() + ":" + std::to_string(use.line) + ": no image \"" + use.image + "\" in " +
                    project.file.filename().string(), {.hint = "add it to images:, or correct the name", .exit_code = kUsage});
      add_name(images, use.image);
    }
    texts_[component.name] = std::move(read.text);
    for (const auto& object : written_[component.name] = std::move(read.objects))
      if (object.kind == "ConfigMap" || object.kind == "Secret") configs_.emplace(config_key(object), object);
  }
  for (const auto& component : project.components)
    for (const auto& config : configs_of_others(written(component), configs_))
      for (const auto& use : image_uses(config.yaml, project.registry, component.manifest)) add_name(images_[component.name], use.image);
}

std::vector<Object> ComponentObjects::of(const Component& component, const std::map<std::string, std::string>& references) const {
  std::map<std::string, std::string> own;
  for (const auto& image : images_.at(component.name))
    if (const auto reference = references.find(image); reference != references.end()) own.insert(*reference);
  {
    const std::lock_guard lock(mutex_);
    if (const auto made = made_.find(component.name); made != made_.end() && made->second.references == own) return made->second.objects;
  }
  auto objects = make(component, own);
  const std::lock_guard lock(mutex_);
  made_[component.name] = {std::move(own), objects};
  return objects;
}

std::vector<Object> ComponentObjects::make(const Component& component, const std::map<std::string, std::string>& references) const {
  auto objects = read_manifest(texts_.at(component.name), project_.registry, references, component.manifest, project_.name_space);
  // Applied with it, whichever comes first: a pod that began with the old one would keep it.
  for (const auto& config : configs_of_others(objects, configs_))
    for (auto& object : read_manifest(config.yaml, project_.registry, references, component.manifest, project_.name_space)) objects.push_back(std::move(object));
  add_config_hashes(objects, config_hashes(objects));
  return objects;
}

std::string hash_of(const std::vector<Object>& objects) {
  std::string all;
  for (const auto& object : objects) all += object.yaml + "\n---\n";
  return sha256_hex(all);
}

}  // namespace harness
