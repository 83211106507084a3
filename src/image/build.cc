#include "image/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "config/registry_host.h"
#include "image/bases.h"
#include "image/docker_image.h"
#include "image/docker_refusal.h"
#include "image/tag.h"

namespace harness {

namespace {

constexpr int kTries = 3;

}  // namespace

ImageBuilder::ImageBuilder(const Project& project, std::map<std::string, std::string> before,
                           std::function<std::string()> own_registry)
    : project_(project),
      connection_(std::make_shared<RegistryConnection>(registry_host(project.registry))),
      before_(std::move(before)),
      own_registry_(std::move(own_registry)) {}

std::string ImageBuilder::make(const Image& image, bool force, const OnOutput& on_output,
                               std::stop_token stop) {
  const auto client = registry(on_output, stop);
  switch (image.kind) {
    case Image::Kind::builder:
      return make_layered(image, force, client, stop);
    case Image::Kind::dockerfile:
      return make_dockerfile(image, force, on_output, client, stop);
    case Image::Kind::command:
      return make_by_command(image, force, on_output, client, stop);
    case Image::Kind::pull:
      return pull(image, on_output, client, stop);
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

std::string ImageBuilder::make_once(const Image& image, bool force, const RegistryClient& registry,
                                    const OnOutput& on_output, const Recipe& recipe, std::stop_token stop) {
  const auto look = [&] {
    const auto files = files_hash(project_, image, stop);
    remember_files(image, files);
    return recipe.hash(files);
  };
  std::string before = look();
  for (int i = 0; i < kTries; ++i) {
    const auto tag = tag_of(before);
    if (const auto digest = force ? std::nullopt : registry.digest(image.name, tag))
      return pinned(image, digest, registry);
    recipe.make(tag);
    const auto after = look();
    if (after == before) {
      recipe.publish(tag);
      return pinned(image, registry.digest(image.name, tag), registry);
    }
    if (on_output) on_output("the inputs of " + image.name + " changed while it was made: once more\n");
    before = after;
  }
  throw Error("image " + image.name + ": its inputs change while it is made",
              {.hint = "check whether its build writes files among its inputs", .exit_code = kBuild});
}

std::string ImageBuilder::make_by_command(const Image& image, bool force, const OnOutput& on_output,
                                          const RegistryClient& registry, std::stop_token stop) {
  // The command pushes under a tag of its own. Only what was surely made of these inputs gets the tag that
  // stands for them.
  const auto suffix = fmt::format("-{:08x}", std::random_device()());
  std::optional<StoredManifest> made;
  const auto run_command = [&](const std::string& tag) {
    checked(image, {"sh", "-c", image.command}, {{"IMAGE", tagged(image, tag + suffix)}}, on_output, stop);
    made = registry.manifest(image.name, tag + suffix);
    if (made) return;
    const auto reference = tagged(image, tag + suffix);
    if (registry.has_tag(image.name, tag + suffix))
      throw Error("image " + image.name + ": its command pushed " + reference +
                      ", but the registry does not serve it as an image",
                  {.command = image.command,
                   .hint = "push an OCI image or index, or Docker's schema 2",
                   .exit_code = kBuild});
    throw Error(
        "image " + image.name + ": the command succeeded but did not push " + reference,
        {.command = image.command, .hint = "the command must push what $IMAGE names", .exit_code = kBuild});
  };
  const auto publish = [&](const std::string& tag) {
    registry.push_manifest(image.name, tag, made->media_type, made->body);
  };
  return make_once(image, force || image.inputs.empty(), registry, on_output,
                   {[](const std::string& files) { return files; }, run_command, publish}, stop);
}

std::string ImageBuilder::pull(const Image& image, const OnOutput& on_output, const RegistryClient& registry,
                               std::stop_token stop) {
  remember_files(image, files_hash(project_, image, stop));
  auto source = image.pull;
  if (const auto own =
          own_reference(project_.registry, image.pull))  // docker may have another one under that name
    source = own_base(image, {.name = image.pull, .line = image.at.line}, own->repository, own->tag, registry)
                 .exact;
  auto id = docker_id(source, stop);
  if (id.empty()) {
    pull_into_docker(image, source, "", on_output, stop);
    id = docker_id(source, stop);
  }
  const auto tag = tag_of(id.substr(std::min(id.size(), std::string_view("sha256:").size())));
  if (const auto digest = registry.digest(image.name, tag)) return pinned(image, digest, registry);
  const auto reference = tagged(image, tag);
  checked(image, {"docker", "tag", id, reference}, {}, on_output,
          stop);  // by its id: the name may stand for another one by now
  push(image, reference, on_output, stop);
  return pinned(image, registry.digest(image.name, tag), registry);
}

void ImageBuilder::pull_into_docker(const Image& image, const std::string& reference,
                                    const std::string& platform, const OnOutput& on_output,
                                    std::stop_token stop) const {
  std::vector<std::string> args{"docker", "pull", "--quiet"};
  if (!platform.empty()) args.insert(args.end(), {"--platform", platform});
  args.push_back(reference);
  try {
    with_registry(image, reference, on_output, stop, [&] { checked(image, args, {}, on_output, stop); });
  } catch (Error& e) {
    if (e.details.hint.empty())
      e.details.hint = "check the name " + reference + ", and that its registry can be reached";
    throw;
  }
}

void ImageBuilder::with_registry(const Image& image, const std::string& reference, const OnOutput& on_output,
                                 std::stop_token stop, const std::function<void()>& call) const {
  try {
    call();
  } catch (Error& e) {
    if (e.details.hint.empty()) e.details.hint = refusal_hint(e.details.output_tail, reference);
    if (e.details.output_tail.find("connection refused") == std::string::npos) throw;
    registry(on_output, stop).digest(image.name, "latest");  // the client waits for it
    call();
  }
}

void ImageBuilder::push(const Image& image, const std::string& reference, const OnOutput& on_output,
                        std::stop_token stop) const {
  with_registry(image, reference, on_output, stop, [&] {
    checked(image, {"docker", "push", "--quiet", reference}, {}, on_output, stop);
  });
  checked(image, {"docker", "tag", reference, tagged(image, "latest")}, {}, on_output, stop);
  checked(image, {"docker", "rmi", "--no-prune", reference}, {}, on_output, stop);
}

void ImageBuilder::checked(const Image& image, const std::vector<std::string>& args,
                           const std::map<std::string, std::string>& env, const OnOutput& on_output,
                           std::stop_token stop) const {
  const Command command{.args = args, .dir = project_.root, .env = env, .on_output = on_output};
  try {
    run_checked(command, "image " + image.name, kBuild, stop);
  } catch (Error& e) {
    e.details.exit_code = kBuild;
    if (e.details.output_tail.find("no space left") != std::string::npos)
      e.details.hint = "free some disk: docker system df, docker image prune";
    throw;
  }
}

std::string ImageBuilder::tagged(const Image& image, const std::string& tag) const {
  return project_.registry + "/" + image.name + ":" + tag;
}

/// One that is made by Docker or a command may stand on any.
bool ImageBuilder::is_stood_on(const Image& image) const {
  return std::any_of(project_.images.begin(), project_.images.end(), [&](const Image& other) {
    return other.base == image.name || other.kind == Image::Kind::dockerfile ||
           other.kind == Image::Kind::command;
  });
}

/// The reference that pods run. `latest` follows, since an image that stands on this one looks for it there;
/// it does already where the run before has made it.
std::string ImageBuilder::pinned(const Image& image, const std::optional<std::string>& digest,
                                 const RegistryClient& registry) {
  const auto reference = project_.registry + "/" + image.name + "@" + digest.value_or("");
  const auto before = before_.find(image.name);
  const bool is_new = before == before_.end() || before->second != reference;
  if ((is_new || is_stood_on(image)) && (!digest || registry.digest(image.name, "latest") != digest)) {
    const auto manifest = digest ? registry.manifest(image.name, *digest) : std::nullopt;
    if (!manifest)
      throw Error("image " + image.name + " is not in the registry after it was pushed",
                  {.exit_code = kBuild});
    registry.push_manifest(image.name, "latest", manifest->media_type, manifest->body);
  }
  const std::lock_guard lock(mutex_);
  digests_[image.name] = *digest;
  return reference;
}

RegistryClient ImageBuilder::registry(const OnOutput& on_output, std::stop_token stop) const {
  RegistryClient::Patience patience;
  if (on_output) patience.on_retry = on_output;
  return {connection_,         project_.registry, RegistryClient::Access::push,
          std::move(patience), std::move(stop),   own_registry_};
}

}  // namespace harness
