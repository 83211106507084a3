// Setup's part that says why tests could meet something else than the working tree.
#include "base/error.h"
#include "cli/setup.h"
#include "cluster/state_files.h"
#include "deploy/freshness.h"
#include "image/tag.h"

namespace harness {

std::vector<std::string> Setup::not_looked_at() const {
  std::vector<std::string> names;
  for (const auto& image : context_.project.images) {
    const bool may_change = image.inputs.empty() && (image.kind == Image::Kind::builder || image.kind == Image::Kind::command);
    if (may_change && std::find(plan_.images.begin(), plan_.images.end(), image.name) == plan_.images.end()) names.push_back(image.name);
  }
  return names;
}

std::vector<std::string> Setup::stale(std::stop_token stop) const {
  const auto references = read_texts(context_.instance.images_file());
  std::vector<std::string> lines;
  std::vector<Object> objects, of_synced;
  const Inventory inventory(*cluster_.api, context_.is_given ? context_.instance.name_space() : "kube-system", stop);
  for (const auto& component : context_.project.components) {
    try {
      const auto wanted = context_.objects.of(component, references);
      const auto hash = hash_of(wanted);
      const bool is_synced = synced_.is(component.name, hash);
      if (!is_synced && inventory.entry(component.name).hash != hash) lines.push_back("component " + component.name + ": what is deployed is not what " + component.manifest.string() + " and its images are now");
      auto& checked = is_synced ? of_synced : objects;
      checked.insert(checked.end(), wanted.begin(), wanted.end());
    } catch (const Error&) {  // one of its images was never made
      lines.push_back("component " + component.name + " was never deployed");
    }
  }
  for (const auto& name : inventory.components())
    if (!context_.project.component(name)) lines.push_back("component " + name + " is deployed, and no longer in " + context_.project.file.filename().string());
  for (const auto& [image, hash] : read_texts(context_.instance.sources_file()))
    if (const auto* one = context_.project.image(image); one && sources_of(*one, stop) != hash) lines.push_back("image " + image + ": what it is made from has changed since it was deployed");
  for (auto& line : harness::stale(*cluster_.api, objects, of_synced, stop)) lines.push_back(std::move(line));
  return lines;
}

std::string Setup::sources_of(const Image& image, std::stop_token stop) const {
  try {
    return sources_hash(context_.project, image, [&](const Image& one) { return files_hash(context_.project, one, stop); });
  } catch (const Error&) {  // making it says why
    return "";
  }
}

}  // namespace harness
