#include "image/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "image/tag.h"

namespace harness {

namespace {

constexpr int kTries = 3;

std::string docker_id(const std::string& reference, std::stop_token stop) {
  const auto result = run({.args = {"docker", "image", "inspect", "--format", "{{.Id}}", reference}}, stop);
  return result.ok() ? trim(result.out) : "";
}

}  // namespace

ImageBuilder::ImageBuilder(const Project& project, std::map<std::string, std::string> before) : project_(project), before_(std::move(before)) {}

std::string ImageBuilder::make(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) {
  const auto client = registry(on_output, stop);
  switch (image.kind) {
    case Image::Kind::builder: return make_layered(image, force, client, stop);
    case Image::Kind::dockerfile: return make_dockerfile(image, force, on_output, client, stop);
    case Image::Kind::command: return make_by_command(image, force, on_output, client, stop);
    case Image::Kind::pull: return pull(image, on_output, client, stop);
  }
  throw std::logic_error("an image of no kind");
}

std::string ImageBuilder::sources(const Image& image) const {
  const std::lock_guard lock(mutex_);
  return sources_hash(files_.at(image.name), image);
}

void ImageBuilder::remember_files(const Image& image, const std::string& hash) {
  const std::lock_guard lock(mutex_);
  files_[image.name] = hash;
}

std::string ImageBuilder::make_once(const Image& image, bool force, const RegistryClient& registry, const OnOutput& on_output, const Recipe& recipe, std::stop_token stop) {
  const auto look = [&] {
    const auto files = files_hash(project_, image, stop);
    remember_files(image, files);
    return recipe.hash(files);
  };
  std::string before = look();
  for (int i = 0; i < kTries; ++i) {
    const auto tag = tag_of(before);
    if (const auto digest = force ? std::nullopt : registry.digest(image.name, tag)) return pinned(image, digest, registry);
    recipe.make(tag);
    const auto after = look();
    if (after == before) {
      recipe.publish(tag);
      return pinned(image, registry.digest(image.name, tag), registry);
    }
    if (on_output) on_output("the inputs of " + image.name + " changed while it was made: once more\n");
    before = after;
  }
  throw Error("image " + image.name + ": its inputs change while it is made", {.hint = "does its build write files among its inputs?", .exit_code = kBuild});
}

std::string ImageBuilder::make_dockerfile(const Image& image, bool force, const OnOutput& on_output, const RegistryClient& registry, std::stop_token stop) {
  const auto hash = [&](const std::string& files) {
    // What FROM names counts by its id, so that a base that was built anew is noticed.
    std::string bases;
    for (const auto& line : split(read_file(project_.root / image.dockerfile), '\n')) {
      const auto words = split(trim(line), ' ');
      if (words.size() >= 2 && (words[0] == "FROM" || words[0] == "from")) bases.append(" ").append(docker_id(words[1], stop));
    }
    return dockerfile_hash(files, bases);
  };
  const auto build = [&](const std::string& tag) {
    checked(image, {"docker", "build", "--force-rm", "--tag", tagged(image, tag), "--file", (project_.root / image.dockerfile).string(), (project_.root / image.context).string()},
            {}, on_output, stop);
  };
  return make_once(image, force, registry, on_output, {hash, build, [&](const std::string& tag) { push(image, tagged(image, tag), on_output, stop); }}, stop);
}

std::string ImageBuilder::make_by_command(const Image& image, bool force, const OnOutput& on_output, const RegistryClient& registry, std::stop_token stop) {
  // The command pushes under a tag of its own. Only what was surely made of these inputs gets the tag that stands for them.
  const auto suffix = fmt::format("-{:08x}", std::random_device()());
  std::optional<StoredManifest> made;
  const auto run_command = [&](const std::string& tag) {
    checked(image, {"sh", "-c", image.command}, {{"IMAGE", tagged(image, tag + suffix)}}, on_output, stop);
    made = registry.manifest(image.name, tag + suffix);
    if (!made)
      throw Error("image " + image.name + ": its command ended well but did not push " + tagged(image, tag + suffix),
                  {.command = image.command, .hint = "the command must push what $IMAGE names", .exit_code = kBuild});
  };
  const auto publish = [&](const std::string& tag) { registry.push_manifest(image.name, tag, made->media_type, made->body); };
  return make_once(image, force || image.inputs.empty(), registry, on_output, {[](const std::string& files) { return files; }, run_command, publish}, stop);
}

std::string ImageBuilder::pull(const Image& image, const OnOutput& on_output, const RegistryClient& registry, std::stop_token stop) {
  remember_files(image, files_hash(project_, image, stop));
  auto id = docker_id(image.pull, stop);
  if (id.empty()) {
    checked(image, {"docker", "pull", "--quiet", image.pull}, {}, on_output, stop);
    id = docker_id(image.pull, stop);
  }
  const auto tag = tag_of(id.substr(std::min(id.size(), std::string_view("sha256:").size())));
  if (const auto digest = registry.digest(image.name, tag)) return pinned(image, digest, registry);
  const auto reference = tagged(image, tag);
  checked(image, {"docker", "tag", image.pull, reference}, {}, on_output, stop);
  push(image, reference, on_output, stop);
  return pinned(image, registry.digest(image.name, tag), registry);
}

void ImageBuilder::push(const Image& image, const std::string& reference, const OnOutput& on_output, std::stop_token stop) const {
  const auto push_once = [&] { checked(image, {"docker", "push", "--quiet", reference}, {}, on_output, stop); };
  try {
    push_once();
  } catch (const Error& e) {
    // Its port is closed for a moment while the registry is put on KIND's network, which another step of this run does. The client waits for it.
    if (e.details.output_tail.find("connection refused") == std::string::npos) throw;
    registry(on_output, stop).digest(image.name, "latest");
    push_once();
  }
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

/// One that is made by Docker or a command may stand on any.
bool ImageBuilder::is_stood_on(const Image& image) const {
  return std::any_of(project_.images.begin(), project_.images.end(), [&](const Image& other) {
    return other.base == image.name || other.kind == Image::Kind::dockerfile || other.kind == Image::Kind::command;
  });
}

/// The reference that pods run. `latest` follows, since an image that stands on this one looks for it there; it does already where the run before has made it.
std::string ImageBuilder::pinned(const Image& image, const std::optional<std::string>& digest, const RegistryClient& registry) {
  const auto reference = project_.registry + "/" + image.name + "@" + digest.value_or("");
  const auto before = before_.find(image.name);
  const bool is_new = before == before_.end() || before->second != reference;
  if ((is_new || is_stood_on(image)) && (!digest || registry.digest(image.name, "latest") != digest)) {
    const auto manifest = digest ? registry.manifest(image.name, *digest) : std::nullopt;
    if (!manifest) throw Error("image " + image.name + " is not in the registry after it was pushed", {.exit_code = kBuild});
    registry.push_manifest(image.name, "latest", manifest->media_type, manifest->body);
  }
  const std::lock_guard lock(mutex_);
  digests_[image.name] = *digest;
  return reference;
}

RegistryClient ImageBuilder::registry(const OnOutput& on_output, std::stop_token stop) const {
  RegistryClient::Patience patience;
  if (on_output) patience.on_retry = on_output;
  return {project_.registry, std::move(patience), std::move(stop)};
}

}  // namespace harness
