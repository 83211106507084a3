// ImageBuilder's part for `builder:` images.
#include <fmt/format.h>

#include <future>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/process.h"
#include "base/template.h"
#include "base/text.h"
#include "image/build.h"
#include "image/index.h"
#include "image/layer.h"
#include "image/made_files.h"
#include "image/tag.h"

namespace harness {

using Json = nlohmann::json;

namespace {

constexpr int kTries = 3;

std::string files_tag(const std::string& hash) { return "files-" + tag_of(hash); }

std::string names_of(const std::vector<const Image*>& images) {
  std::vector<std::string> names;
  for (const auto* image : images) names.push_back(image->name);
  return join(names, ", ");
}

}  // namespace

void ImageBuilder::run_builder(const std::string& builder, const std::vector<std::string>& targets,
                               const OnOutput& on_output, std::stop_token stop) {
  const auto line = fill_template(project_.builders.at(builder), TemplateSyntax::braces,
                                  {{"targets", {[&](auto) { return shell_quoted(targets); }}}});
  const Command command{.args = {"sh", "-c", line}, .dir = project_.root, .on_output = on_output};
  const auto files = [&] {
    std::set<std::string> all;
    for (const auto& image : project_.images)
      if (image.builder == builder)
        for (const auto& [target, source] : files_of(project_, image)) all.insert(source);
    return all;
  };
  const auto before = MadeFiles::times(project_.root, files());
  const auto result = run(command, stop);
  MadeFiles::remember(project_.root, before, files());
  if (!result.ok())
    throw Error("builder " + builder + " failed",
                {.command = fmt::format("cd {} && {}", project_.root.string(), line),
                 .output_tail = tail(result.out + result.err, 40),
                 .exit_code = kBuild});
}

void ImageBuilder::build(const std::string& builder, std::set<std::string> targets,
                         std::vector<const Image*> images, const std::set<std::string>& forced,
                         const OnOutput& on_output, std::stop_token stop) {
  const auto client = registry(on_output, stop);
  for (int i = 0; i < kTries; ++i) {
    struct Look {
      const Image* image;
      std::string hash;
      std::future<bool> is_stored;
    };
    std::vector<Look> looks;  // the registry answers while the next image is hashed
    for (const auto* image : images) {
      auto& look = looks.emplace_back(image, files_hash(project_, *image, stop));
      look.is_stored =
          std::async(std::launch::async, [&, image, hash = look.hash, tag = files_tag(look.hash)] {
            return !forced.contains(image->name) &&
                   (has_image(*image, hash, client) || stored_files(*image, tag, client));
          });
    }
    std::map<const Image*, std::string> missing;  // with the hash of what is built
    for (auto& look : looks) {
      if (look.is_stored.get()) {
        remember_files(*look.image, look.hash);
        continue;
      }
      missing[look.image] = look.hash;
      targets.insert(look.image->target);
    }
    if (!targets.empty()) run_builder(builder, {targets.begin(), targets.end()}, on_output, stop);
    targets.clear();
    images.clear();
    for (const auto& [image, hash] : missing) {
      const auto layer = layer_of(*image);
      // Looked at after the files were read: whatever wrote them, they were made of these inputs.
      if (files_hash(project_, *image, stop) != hash) {
        images.push_back(image);
        continue;
      }
      const auto descriptor = descriptor_of(layer);
      if (!client.has_blob(image->name, descriptor.digest))
        client.push_blob(image->name, descriptor.digest, layer);
      push_image(*image, files_tag(hash), append_layer(Json::object(), Json::object(), descriptor, {}),
                 client);
      remember_files(*image, hash);
    }
    if (images.empty()) return;
    if (on_output)
      on_output("the inputs of " + names_of(images) + " changed while " + builder + " ran: once more\n");
  }
  throw Error(fmt::format("builder {}: the inputs of {} change while it runs", builder, names_of(images)),
              {.command = project_.builders.at(builder),
               .hint = "check whether it writes files among them; what git ignores does not count",
               .exit_code = kBuild});
}

std::map<std::string, std::filesystem::path> ImageBuilder::artifacts(const Image& image) const {
  for (const auto& [source, target] : image.files)
    if (!std::filesystem::exists(project_.root / source) ||
        std::filesystem::is_directory(project_.root / source) != source.ends_with('/'))
      throw Error("image " + image.name + ": builder " + image.builder + " did not make " + source,
                  {.command = project_.builders.at(image.builder),
                   .hint = "correct files: or target: of " + image.name + "; a folder's name ends with /",
                   .exit_code = kBuild});
  std::map<std::string, std::filesystem::path> files;
  for (const auto& [target, source] : files_of(project_, image)) files[target] = project_.root / source;
  if (files.empty())
    throw Error("image " + image.name + ": builder " + image.builder + " made no file of it",
                {.command = project_.builders.at(image.builder),
                 .hint = "correct files: or target: of " + image.name,
                 .exit_code = kBuild});
  return files;
}

std::string ImageBuilder::layer_of(const Image& image) const {
  const auto files = artifacts(image);
  try {
    return tar_layer(files);
  } catch (const Error& e) {
    throw Error("image " + image.name + ": " + e.what(), e.details);
  }
}

bool ImageBuilder::has_image(const Image& image, const std::string& files, const RegistryClient& registry) {
  const auto digest_before = [&](const std::string& name) {
    const auto found = before_.find(name);
    return found == before_.end() ? "" : found->second.substr(found->second.find('@') + 1);
  };
  const auto own = digest_before(image.name);
  return !own.empty() &&
         digest_of(image, tag_of(image_hash(files, digest_before(image.base), image)), registry) == own;
}

std::optional<std::string> ImageBuilder::digest_of(const Image& image, const std::string& tag,
                                                   const RegistryClient& registry) {
  const auto name = image.name + ":" + tag;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = stored_.find(name); known != stored_.end()) return known->second;
  }
  const auto digest = registry.digest(image.name, tag);
  const std::lock_guard lock(mutex_);
  if (digest) stored_[name] = *digest;
  return digest;
}

std::optional<Descriptor> ImageBuilder::stored_files(const Image& image, const std::string& tag,
                                                     const RegistryClient& registry) const {
  const auto manifest = registry.manifest(image.name, tag);
  if (!manifest) return std::nullopt;
  const auto layers = Json::parse(manifest->body).value("layers", Json::array());
  if (layers.empty() || !registry.has_blob(image.name, layers[0]["digest"])) return std::nullopt;
  return Descriptor{layers[0]["digest"], layers[0]["size"]};
}

std::string ImageBuilder::make_layered(const Image& image, bool force, const RegistryClient& registry,
                                       std::stop_token stop) {
  if (image.inputs.empty()) {
    artifacts(image);  // that one is missing is the builder's fault
    remember_files(
        image,
        files_hash(project_, image, stop));  // before they are read: what changes meanwhile counts as changed
  }
  std::optional<std::string> base_digest;
  std::string files;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = digests_.find(image.base); found != digests_.end()) base_digest = found->second;
    files = files_.at(image.name);
  }
  if (!image.base.empty() && !base_digest) base_digest = registry.digest(image.base, "latest");
  std::string tag;
  Descriptor layer;
  if (image.inputs.empty()) {
    const auto content = layer_of(image);
    layer = descriptor_of(content);
    if (!registry.has_blob(image.name, layer.digest)) registry.push_blob(image.name, layer.digest, content);
  } else {
    tag = tag_of(image_hash(files, base_digest.value_or(""), image));
    if (const auto digest = force ? std::nullopt : digest_of(image, tag, registry))
      return pinned(image, digest, registry);
    const auto stored = stored_files(image, files_tag(files), registry);
    if (!stored)
      throw Error("image " + image.name + ": the registry has lost its files",
                  {.hint = "-build=" + image.name + " makes them again", .exit_code = kBuild});
    layer = *stored;
  }
  const auto base =
      base_digest ? manifest_for(registry, image.base, *base_digest, node_platform()) : std::nullopt;
  if (!image.base.empty() && !base)
    throw Error("image " + image.name + ": its base " + image.base + " is not in the registry",
                {.exit_code = kBuild});
  const auto base_manifest = base ? Json::parse(base->body) : Json::object();
  const auto base_config =
      base ? Json::parse(registry.blob(image.base, base_manifest["config"]["digest"])) : Json::object();
  const auto built =
      append_layer(base_manifest, base_config, layer, {image.entrypoint, image.env, image.user});
  if (tag.empty()) tag = tag_of(built.digest.substr(7));
  if (registry.digest(image.name, tag) == built.digest) return pinned(image, built.digest, registry);

  for (const auto& one : built.base_layers)
    if (!registry.has_blob(image.name, one) && !registry.mount_blob(image.name, one, image.base))
      registry.push_blob(image.name, one, registry.blob(image.base, one));
  push_image(image, tag, built, registry);
  return pinned(image, built.digest, registry);
}

void ImageBuilder::push_image(const Image& image, const std::string& tag, const OciImage& built,
                              const RegistryClient& registry) const {
  if (!registry.has_blob(image.name, built.config.digest))
    registry.push_blob(image.name, built.config.digest, built.config.content);
  registry.push_manifest(image.name, tag, kOciManifest, built.manifest);
}

}  // namespace harness
