#include "cli/outside_images.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cluster/state_files.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Pointers = std::set<std::string>;

std::filesystem::path file_of(const Instance& instance) { return instance.dir() / "outside-images.json"; }

/// The images of all containers in a tree that are at none of `replaced`.
void collect(const Json& value, const Json::json_pointer& at, const Pointers& replaced,
             std::set<std::string>& images) {
  for (const char* list : {"containers", "initContainers"}) {
    if (!value.is_object() || !value.contains(list) || !value[list].is_array()) continue;
    for (size_t i = 0; i < value[list].size(); ++i)
      if (const auto& container = value[list][i]; container.is_object() && container.contains("image"))
        if (const auto& image = container["image"];
            image.is_string() && !replaced.contains((at / list / i / "image").to_string()))
          images.insert(image.get<std::string>());
  }
  if (value.is_object())
    for (const auto& [name, child] : value.items()) collect(child, at / name, replaced, images);
  if (value.is_array())
    for (size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, replaced, images);
}

}  // namespace

OutsideImages outside_images(const Project& project, const std::vector<std::string>& components,
                             const ComponentObjects& objects) {
  const ImageNames names(project);
  OutsideImages found;
  for (const auto& name : components)
    for (const auto& object : objects.written(*project.component(name))) {
      Pointers replaced;
      for (const auto& use : image_uses(object, names).uses) replaced.insert(use.pointer);
      std::set<std::string> images;
      collect(object.body, Json::json_pointer(), replaced, images);
      if (!images.empty()) found[name].merge(images);
    }
  return found;
}

std::string describe_outside_images(const OutsideImages& images) {
  std::string text;
  for (const auto& [component, names] : images)
    text += fmt::format("pull      {}: {} (by the nodes, from outside)\n", component,
                        join({names.begin(), names.end()}, ", "));
  return text;
}

std::vector<std::string> new_outside_images(const OutsideImages& images, const Instance& instance) {
  const auto known = read_texts(file_of(instance));
  std::vector<std::string> lines;
  for (const auto& [component, all] : images) {
    std::vector<std::string> names{all.begin(), all.end()};
    std::erase_if(names, [&](const auto& name) { return known.contains(name); });
    if (!names.empty())
      lines.push_back(fmt::format(
          "note:  component \"{}\": its images are pulled from outside, by the nodes: {}\n"
          "  hint: images: {{NAME: {{pull: IMAGE, replaces: [IMAGE without tag]}}}} takes them from here",
          component, join(names, ", ")));
  }
  return lines;
}

void remember_outside_images(const OutsideImages& images, const Instance& instance) {
  std::map<std::string, std::string> known;
  for (const auto& [component, names] : images)
    for (const auto& name : names) known[name] = component;
  update_texts(file_of(instance), known);
}

}  // namespace harness
