#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// Which of docker's two builders builds here. They read a Dockerfile alike, but not all that is around it.
struct DockerBuilder {
  bool buildkit = false;     ///< else the classic builder
  std::string architecture;  ///< of the engine, in Go's words: "amd64"
  std::string context = {};  ///< docker's; BuildKit's builder of that name is the engine itself
  /// So that `docker build` takes just that one. What another builder of buildx makes docker does not have.
  std::map<std::string, std::string> environment() const;
};

/// For which platform docker builds and pulls where the environment says so: "linux/arm64". Empty: its own.
std::string default_platform();

/// For which platform this image is built: its own setting, else the environment's.
std::string platform_of(const Image& image);

/// What `docker build` is told of an image besides its Dockerfile, its context and its name: "--target=prod",
/// "--build-arg=V=1". Throws Error (kBuild) where that needs BuildKit and the classic builder builds, or
/// where a secret is missing. No value of a secret is in it.
std::vector<std::string> build_flags(const Project& project, const Image& image,
                                     const DockerBuilder& builder);

/// $DOCKER_BUILDKIT decides where it is set; else docker's own default: BuildKit since client 23, if its
/// plugin buildx is there. Asked once a process.
const DockerBuilder& docker_builder();

/// The rule, as a function of what was found. `setting`: $DOCKER_BUILDKIT.
bool uses_buildkit(const std::string& setting, const std::string& client_version,
                   const std::function<bool()>& has_buildx);

}  // namespace harness
