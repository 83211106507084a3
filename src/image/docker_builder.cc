#include "image/docker_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "image/index.h"

namespace harness {

namespace {

constexpr int kFirstWithPlugin = 23;
constexpr std::chrono::seconds kPatience{20};  ///< with an engine that hangs

/// Its output; "" where it fails.
std::string answer(const std::vector<std::string>& args) {
  try {
    const auto result = run({.args = args, .timeout = kPatience});
    return result.ok() ? trim(result.out) : "";
  } catch (const Error&) {  // there is no docker: who needs it says so
    return "";
  }
}

DockerBuilder find_builder() {
  const auto versions =
      split(answer({"docker", "version", "--format", "{{.Client.Version}} {{.Server.Arch}}"}), ' ');
  const char* setting = std::getenv("DOCKER_BUILDKIT");
  DockerBuilder builder{.architecture = versions.size() > 1 ? versions[1] : node_platform().architecture};
  builder.buildkit = uses_buildkit(setting ? setting : "", versions[0], [] {
    return !answer({"docker", "buildx", "version"}).empty();
  });
  if (builder.buildkit) builder.context = answer({"docker", "context", "show"});
  return builder;
}

/// "--secret=id=TOKEN,env=TOKEN", "--secret=id=npmrc,src=/project/.npmrc".
std::string secret_flag(const Project& project, const Image& image, const std::string& secret) {
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    return Error(fmt::format("image {}: its secret {}: {}", image.name, secret, why),
                 {.hint = hint, .exit_code = kBuild});
  };
  const auto equals = secret.find('=');
  if (equals == std::string::npos) {
    if (!std::getenv(secret.c_str()))
      throw refuse("the environment has no such variable",
                   "export it, or name a file: secrets: [" + secret + "=FILE]");
    return fmt::format("--secret=id={0},env={0}", secret);
  }
  const auto file = project.root / secret.substr(equals + 1);
  if (!std::filesystem::is_regular_file(file))
    throw refuse("there is no file " + file.string(), "a path is relative to components.yaml");
  return fmt::format("--secret=id={},src={}", secret.substr(0, equals), file.string());
}

}  // namespace

std::map<std::string, std::string> DockerBuilder::environment() const {
  std::map<std::string, std::string> environment{{"DOCKER_BUILDKIT", buildkit ? "1" : "0"}};
  if (buildkit && !context.empty()) environment["BUILDX_BUILDER"] = context;
  return environment;
}

std::string default_platform() {
  const char* platform = std::getenv("DOCKER_DEFAULT_PLATFORM");
  return platform ? platform : "";
}

std::string platform_of(const Image& image) {
  return image.settings.platform.empty() ? default_platform() : image.settings.platform;
}

std::vector<std::string> build_flags(const Project& project, const Image& image,
                                     const DockerBuilder& builder) {
  const auto& settings = image.settings;
  if (!builder.buildkit && !(settings.secrets.empty() && settings.ssh.empty()))
    throw Error(fmt::format("image {}: {} needs BuildKit, and docker builds without it here", image.name,
                            settings.secrets.empty() ? "ssh:" : "secrets:"),
                {.hint = "install docker's plugin buildx, or set DOCKER_BUILDKIT=1 where the client has "
                         "BuildKit built in",
                 .exit_code = kBuild});
  std::vector<std::string> flags;
  if (!image.target.empty()) flags.push_back("--target=" + image.target);
  if (!settings.platform.empty()) flags.push_back("--platform=" + settings.platform);
  for (const auto& [name, value] : settings.args) flags.push_back("--build-arg=" + name + "=" + value);
  for (const auto& from : settings.cache_from) flags.push_back("--cache-from=" + from);
  for (const auto& secret : settings.secrets) flags.push_back(secret_flag(project, image, secret));
  for (const auto& agent : settings.ssh) flags.push_back("--ssh=" + agent);
  return flags;
}

const DockerBuilder& docker_builder() {
  static const DockerBuilder builder = find_builder();
  return builder;
}

bool uses_buildkit(const std::string& setting, const std::string& client_version,
                   const std::function<bool()>& has_buildx) {
  if (!setting.empty()) {
    const std::initializer_list<const char*> no{"0", "f", "F", "false", "FALSE", "False"};
    return std::find(no.begin(), no.end(), setting) == no.end();
  }
  return std::atoi(client_version.c_str()) >= kFirstWithPlugin && has_buildx();
}

}  // namespace harness
