#include "image/docker_builder.h"

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
