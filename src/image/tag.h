#pragma once

#include <stop_token>
#include <string>

#include "config/project.h"

namespace harness {

/// A tag for what a hash stands for.
std::string tag_of(const std::string& hash);

/// Of a builder image with `inputs:`: a hash of all that its files are made from, which are the inputs, those of `files:` that git knows, the builder's
/// command line, the target and the paths. Reads the files.
std::string files_hash(const Project& project, const Image& image, std::stop_token stop);
/// And with what stands around the files: the base, the entrypoint, the environment.
std::string image_hash(const std::string& files_hash, const std::string& base_digest, const Image& image);

/// Of a `dockerfile` image: its inputs, its Dockerfile and the whole context, since docker looks at no .gitignore; `bases` says what FROM stands for.
std::string dockerfile_hash(const Project& project, const Image& image, const std::string& bases, std::stop_token stop);
/// Of a `command` image: the command and the inputs.
std::string command_hash(const Project& project, const Image& image, std::stop_token stop);

/// What can be told of an image's sources without making it: a hash of what components.yaml says of it, of its inputs (of a builder image without
/// `inputs:` its files as they are) and of its base's sources.
std::string sources_hash(const Project& project, const Image& image, std::stop_token stop);

}  // namespace harness
