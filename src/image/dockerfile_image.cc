// ImageBuilder's part for `dockerfile:` images.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/proxies.h"
#include "base/text.h"
#include "image/bases.h"
#include "image/build.h"
#include "image/build_context.h"
#include "image/docker_image.h"
#include "image/tag.h"
#include "run_with_input_sh.h"

namespace harness {

using Json = nlohmann::json;

namespace {

/// "debian@sha256:…" of an image that was pulled as "debian:12"; "" where docker knows no digest of that
/// name.
std::string with_digest(const Json& image, const std::string& reference) {
  const auto name = reference.substr(0, reference.find('@'));
  const auto slash = name.rfind('/');
  const auto repository = name.substr(0, name.find(':', slash == std::string::npos ? 0 : slash));
  const auto digests = image.value("RepoDigests", Json());
  if (digests.is_array())
    for (const auto& one : digests)
      if (one.is_string() && one.get<std::string>().starts_with(repository + "@")) return one;
  return "";
}

}  // namespace

std::string ImageBuilder::make_dockerfile(const Image& image, bool force, const OnOutput& on_output,
                                          const RegistryClient& registry, std::stop_token stop) {
  std::optional<Dockerfile> dockerfile;  // with its bases, as the last hash saw them
  std::map<std::string, Base> found;
  const auto hash = [&](const std::string& files) {
    dockerfile.emplace(read_dockerfile(project_, image, docker_builder()));
    found = bases(image, *dockerfile, on_output, registry, stop);
    std::string text = platform_of(image);
    for (const auto& [name, base] : found)
      text += fmt::format("{}:{}={}:{};", name.size(), name, base.hash.size(), base.hash);
    return dockerfile_hash(files, text);
  };
  const auto build = [&](const std::string& tag) {
    docker_build(image, *dockerfile, found, tag, on_output, stop);
  };
  return make_once(
      image, force, registry, on_output,
      {hash, build, [&](const std::string& tag) { push(image, tagged(image, tag), on_output, stop); }}, stop);
}

std::map<std::string, ImageBuilder::Base> ImageBuilder::bases(const Image& image,
                                                              const Dockerfile& dockerfile,
                                                              const OnOutput& on_output,
                                                              const RegistryClient& registry,
                                                              std::stop_token stop) {
  std::map<std::string, Base> found;
  for (const auto& reference : dockerfile.references()) {
    if (found.contains(reference.name)) continue;
    if (const auto own = own_reference(project_.registry, reference.name))
      found[reference.name] = own_base(image, reference, own->repository, own->tag, registry);
    else if (reference.needed && reference.where != Dockerfile::Where::syntax &&
             reference.where != Dockerfile::Where::trigger)
      found[reference.name] = foreign_base(image, reference, on_output, stop);
  }
  return found;
}

ImageBuilder::Base ImageBuilder::own_base(const Image& image, const Dockerfile::Reference& reference,
                                          const std::string& repository, const std::string& tag,
                                          const RegistryClient& registry) {
  std::optional<std::string> digest;
  {
    const std::lock_guard lock(mutex_);
    if (const auto made = digests_.find(repository); made != digests_.end()) digest = made->second;
  }
  const bool is_of_project = project_.image(repository) != nullptr;
  if (!digest) digest = registry.digest(repository, is_of_project ? "latest" : tag);
  if (!digest) {
    const auto file =
        image.kind == Image::Kind::dockerfile ? image.dockerfile.string() : project_.file.filename().string();
    throw Error(fmt::format("image {}: {}:{} names {}, which is not in the registry", image.name, file,
                            reference.line, reference.name),
                {.hint = is_of_project ? "-build=" + repository + " makes it"
                                       : "no image of " + project_.file.filename().string() + " is called " +
                                             repository + ": correct the name, or push it there",
                 .exit_code = kBuild});
  }
  return {project_.registry + "/" + repository + "@" + *digest, *digest};
}

ImageBuilder::Base ImageBuilder::foreign_base(const Image& image, const Dockerfile::Reference& reference,
                                              const OnOutput& on_output, std::stop_token stop) const {
  auto has = docker_image(reference.name, stop);
  if (has.is_null()) {
    pull_into_docker(image, reference.name,
                     reference.platform.empty() ? image.settings.platform : reference.platform, on_output,
                     stop);
    has = docker_image(reference.name, stop);
  }
  // The classic builder takes what docker has; some of BuildKit's stores ask the registry first.
  const auto exact = docker_builder().buildkit && !has.is_null() ? with_digest(has, reference.name) : "";
  return {exact.empty() ? reference.name : exact, has.is_null() ? "" : has.value("Id", "")};
}

void ImageBuilder::docker_build(const Image& image, const Dockerfile& dockerfile,
                                const std::map<std::string, Base>& bases, const std::string& tag,
                                const OnOutput& on_output, std::stop_token stop) const {
  std::map<std::string, std::string> exact;
  for (const auto& [name, base] : bases) exact[name] = base.exact;
  for (const auto& reference : dockerfile.references()) {
    if (!exact.contains(reference.name) || reference.where == Dockerfile::Where::syntax ||
        !reference.platform.empty() || !image.settings.platform.empty())
      continue;
    if (docker_id(exact[reference.name], stop).empty())
      pull_into_docker(image, exact[reference.name], "", on_output, stop);
    if (reference.where == Dockerfile::Where::from) check_triggers(image, exact[reference.name], stop);
  }
  const auto& builder = docker_builder();
  const auto rules = context_rules(project_, image, builder);
  const auto text = dockerfile.with(exact);
  const auto context = (project_.root / image.context).string();
  const TempDir scratch;
  std::vector<std::string> args{"docker", "build", "--force-rm", "--tag", tagged(image, tag), "--file"};
  for (const auto& flags : {build_flags(project_, image, builder), proxy_build_args()})
    args.insert(args.begin() + 2, flags.begin(), flags.end());
  if (builder.buildkit) {
    // It takes the Dockerfile from anywhere, and the file beside it that says what is left out.
    const auto file = scratch.path() / image.dockerfile.filename();
    const auto ignore = ignore_file(project_, image, builder);
    const auto never = rules->never.lexically_relative(std::filesystem::canonical(context)).generic_string();
    write_file_atomically(file, text);
    write_file_atomically(file.string() + ".dockerignore",
                          (std::filesystem::is_regular_file(ignore) ? read_file(ignore) : "") +
                              (never.starts_with("..") ? "" : "\n" + never + "\n"));
    args.insert(args.end(), {file.string(), context});
  } else {
    const auto tar = scratch.path() / "context.tar";
    args.insert(args.end(), {write_context(tar, project_, image, *rules, text), "-"});
    args.insert(args.begin(), {"sh", "-c", std::string(kRunWithInputSh), tar.string()});
  }
  auto again = build_flags(project_, image, builder);
  again.insert(again.end(), {"--file", (project_.root / image.dockerfile).string(), context});
  const auto result =
      run({.args = args, .dir = project_.root, .env = builder.environment(), .on_output = on_output}, stop);
  if (result.ok()) return;
  const auto output = tail(result.out + result.err, 20);
  const bool wants_buildkit = output.find("BuildKit") != std::string::npos && !builder.buildkit;
  throw Error(fmt::format("image {}: docker build {}", image.name,
                          result.signal ? fmt::format("was killed by signal {}", result.signal)
                                        : fmt::format("exited with {}", result.exit_code)),
              {.command = fmt::format("DOCKER_BUILDKIT={} docker build {}", builder.buildkit ? 1 : 0,
                                      shell_quoted(again)),
               .output_tail = output,
               .hint = output.find("no space left") != std::string::npos
                           ? "free some disk: docker system df, docker image prune"
                       : wants_buildkit ? "install docker's plugin buildx, or set DOCKER_BUILDKIT=1 where "
                                          "the client has BuildKit built in"
                                        : "",
               .exit_code = kBuild});
}

void ImageBuilder::check_triggers(const Image& image, const std::string& base, std::stop_token stop) const {
  const auto has = docker_image(base, stop);
  const auto config = has.is_object() ? has.value("Config", Json()) : Json();
  const auto triggers = config.is_object() ? config.value("OnBuild", Json()) : Json();
  if (!triggers.is_array()) return;
  for (const auto& trigger : triggers)
    for (const auto& name : names_in_trigger(trigger.get<std::string>()))
      if (own_reference(project_.registry, name) && name.find('@') == std::string::npos)
        throw Error(
            fmt::format("image {}: its base {} has the trigger \"{}\", which names {} without a digest",
                        image.name, base, trigger.get<std::string>(), name),
            {.hint = "make the base by dockerfile:, which puts the digest there", .exit_code = kBuild});
}

}  // namespace harness
