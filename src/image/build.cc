#include "image/build.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "image/input_hash.h"
#include "image/layer.h"
#include "image/oci.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// A tag for what a hash stands for.
std::string tag_of(const std::string& hash) { return hash.substr(0, 32); }

std::string docker_id(const std::string& reference, std::stop_token stop) {
  const auto result = run({.args = {"docker", "image", "inspect", "--format", "{{.Id}}", reference}}, stop);
  return result.ok() ? trim(result.out) : "";
}

}  // namespace

ImageBuilder::ImageBuilder(const Project& project) : project_(project) {}

void ImageBuilder::run_builder(const std::string& builder, const std::vector<std::string>& targets, const OnOutput& on_output,
                               std::stop_token stop) {
  std::string line = project_.builders.at(builder);
  const std::string mark = "{targets}";
  for (size_t at = 0; (at = line.find(mark, at)) != std::string::npos;) line.replace(at, mark.size(), join(targets, " "));
  const Command command{.args = {"sh", "-c", line}, .dir = project_.root, .on_output = on_output};
  const auto result = run(command, stop);
  if (!result.ok())
    throw Error("builder " + builder + " failed",
                {.command = fmt::format("cd {} && {}", project_.root.string(), line), .output_tail = tail(result.out + result.err, 40), .exit_code = kBuild});
}

std::string ImageBuilder::make(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) {
  switch (image.kind) {
    case Image::Kind::builder: return make_layered(image, stop);
    case Image::Kind::dockerfile: return make_dockerfile(image, force, on_output, stop);
    case Image::Kind::command: return make_by_command(image, force, on_output, stop);
    case Image::Kind::pull: return pull(image, on_output, stop);
  }
  throw std::logic_error("an image of no kind");
}

std::string ImageBuilder::make_layered(const Image& image, std::stop_token stop) const {
  const RegistryClient registry(project_.registry, stop);
  std::map<std::string, std::filesystem::path> files;
  for (const auto& [source, target] : image.files) {
    if (!std::filesystem::exists(project_.root / source))
      throw Error("image " + image.name + ": builder " + image.builder + " did not make " + source,
                  {.command = project_.builders.at(image.builder), .hint = "correct files: or target: of " + image.name, .exit_code = kBuild});
    files[target] = project_.root / source;
  }
  Json base_manifest = Json::object(), base_config = Json::object();
  if (!image.base.empty()) {
    const auto base = registry.manifest(image.base, "latest");
    if (!base) throw Error("image " + image.name + ": its base " + image.base + " is not in the registry", {.exit_code = kBuild});
    base_manifest = Json::parse(base->body);
    base_config = Json::parse(registry.blob(image.base, base_manifest["config"]["digest"]));
  }
  const auto built = append_layer(base_manifest, base_config, tar_layer(files), {image.entrypoint, image.env});
  const auto tag = tag_of(built.digest.substr(7));
  if (registry.digest(image.name, tag) == built.digest) return pinned(image, built.digest, registry);

  for (const auto& layer : built.base_layers)
    if (!registry.has_blob(image.name, layer) && !registry.mount_blob(image.name, layer, image.base))
      registry.push_blob(image.name, layer, registry.blob(image.base, layer));
  for (const auto* blob : {&built.layer, &built.config})
    if (!registry.has_blob(image.name, blob->digest)) registry.push_blob(image.name, blob->digest, blob->content);
  registry.push_manifest(image.name, tag, kOciManifest, built.manifest);
  return pinned(image, built.digest, registry);
}

std::string ImageBuilder::make_dockerfile(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) const {
  const RegistryClient registry(project_.registry, stop);
  std::vector<std::string> inputs = image.inputs;
  inputs.push_back(image.dockerfile.string());
  inputs.push_back(image.context.string());
  // What FROM names counts by its id, so that a base that was built anew is noticed.
  std::string bases;
  for (const auto& line : split(read_file(project_.root / image.dockerfile), '\n')) {
    const auto words = split(trim(line), ' ');
    if (words.size() >= 2 && (words[0] == "FROM" || words[0] == "from")) bases += " " + docker_id(words[1], stop);
  }
  const auto tag = tag_of(sha256_hex(hash_files(project_.root, inputs) + bases));
  const auto reference = tagged(image, tag);
  if (force || !registry.digest(image.name, tag)) {
    checked(image, {"docker", "build", "--force-rm", "--tag", reference, "--file", (project_.root / image.dockerfile).string(), (project_.root / image.context).string()}, {}, on_output, stop);
    push(image, reference, on_output, stop);
  }
  return pinned(image, tag, registry);
}

std::string ImageBuilder::make_by_command(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) const {
  const RegistryClient registry(project_.registry, stop);
  const bool unknown_inputs = image.inputs.empty();
  const auto tag = tag_of(sha256_hex(image.command + (unknown_inputs ? "" : hash_files(project_.root, image.inputs))));
  if (force || unknown_inputs || !registry.digest(image.name, tag)) {
    checked(image, {"sh", "-c", image.command}, {{"IMAGE", tagged(image, tag)}}, on_output, stop);
    if (!registry.digest(image.name, tag))
      throw Error("image " + image.name + ": its command ended well but did not push " + tagged(image, tag),
                  {.command = image.command, .hint = "the command must push what $IMAGE names", .exit_code = kBuild});
  }
  return pinned(image, tag, registry);
}

std::string ImageBuilder::pull(const Image& image, const OnOutput& on_output, std::stop_token stop) const {
  const RegistryClient registry(project_.registry, stop);
  if (docker_id(image.pull, stop).empty()) checked(image, {"docker", "pull", "--quiet", image.pull}, {}, on_output, stop);
  const auto tag = tag_of(docker_id(image.pull, stop).substr(7));
  const auto reference = tagged(image, tag);
  if (!registry.digest(image.name, tag)) {
    checked(image, {"docker", "tag", image.pull, reference}, {}, on_output, stop);
    push(image, reference, on_output, stop);
  }
  return pinned(image, tag, registry);
}

void ImageBuilder::push(const Image& image, const std::string& reference, const OnOutput& on_output, std::stop_token stop) const {
  checked(image, {"docker", "push", "--quiet", reference}, {}, on_output, stop);
  checked(image, {"docker", "tag", reference, tagged(image, "latest")}, {}, on_output, stop);
  checked(image, {"docker", "rmi", "--no-prune", reference}, {}, on_output, stop);
}

void ImageBuilder::checked(const Image& image, const std::vector<std::string>& args, const std::map<std::string, std::string>& env,
                           const OnOutput& on_output, std::stop_token stop) const {
  const Command command{.args = args, .dir = project_.root, .env = env, .on_output = on_output};
  try {
    run_checked(command, "image " + image.name, kBuild, stop);
  } catch (Error& e) {
    e.details.exit_code = kBuild;
    if (e.details.output_tail.find("no space left") != std::string::npos) e.details.hint = "free some disk: docker system df, docker image prune";
    if (args[1] == "pull") e.details.hint = "is " + image.pull + " spelled rightly, and can its registry be reached?";
    throw;
  }
}

std::string ImageBuilder::tagged(const Image& image, const std::string& tag) const { return project_.registry + "/" + image.name + ":" + tag; }

/// The reference that pods run. `latest` follows, since an image that stands on this one looks for it there.
std::string ImageBuilder::pinned(const Image& image, const std::string& reference, const RegistryClient& registry) const {
  const auto manifest = registry.manifest(image.name, reference);
  if (!manifest) throw Error("image " + image.name + " is not in the registry after it was pushed", {.exit_code = kBuild});
  if (registry.digest(image.name, "latest") != manifest->digest) registry.push_manifest(image.name, "latest", manifest->media_type, manifest->body);
  return project_.registry + "/" + image.name + "@" + manifest->digest;
}

}  // namespace harness
