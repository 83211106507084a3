#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/project.h"
#include "image/docker_builder.h"

namespace harness {

class Dockerfile;

/// A reference to an image of the project's registry.
struct OwnReference {
  std::string repository;  ///< "deck"
  std::string tag;         ///< or digest; "latest" where there is none
};

/// Nothing where `reference` is of another registry. On a local registry ("localhost:5001") 127.0.0.1 and
/// [::1] are the same machine.
std::optional<OwnReference> own_reference(const std::string& registry, const std::string& reference);

/// The Dockerfile of a `dockerfile` image, as `builder` reads it. Throws Error (kBuild).
Dockerfile read_dockerfile(const Project& project, const Image& image, const DockerBuilder& builder);

/// Image -> the project's images that it is made from, whichever way each is made: `base:`, what a Dockerfile
/// names, what `pull:` names. Throws Error (kUsage) where images are made from each other, with the path;
/// (kBuild) where a Dockerfile cannot be read.
std::map<std::string, std::set<std::string>> image_bases(const Project& project);

}  // namespace harness
