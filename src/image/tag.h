#pragma once

#include <stop_token>
#include <string>

#include "config/project.h"

namespace harness {

/// A tag for what a hash stands for.
std::string tag_of(const std::string& hash);

/// A hash of all that the image's files are made from, as it is now. Of a builder image: the inputs, those of
/// `files:` that git knows, the builder's command line, the target and the paths; without `inputs:` the files
/// as they are. Of a `dockerfile` image: its inputs, its Dockerfile, what docker is told besides (of a secret
/// its name alone) and what docker sends of the context, which looks at .dockerignore and at no .gitignore.
/// Of a `command` image: the command and the inputs. Of a `pull` image: its name. Reads the files.
std::string files_hash(const Project& project, const Image& image, std::stop_token stop);
/// And with what stands around a builder image's files: the base, the entrypoint, the environment, the user.
std::string image_hash(const std::string& files_hash, const std::string& base_digest, const Image& image);
/// And with what the images stand for that a `dockerfile` image's file names.
std::string dockerfile_hash(const std::string& files_hash, const std::string& bases);

/// What can be told of an image's sources without making it: a hash of what components.yaml says of it and of
/// its files. Its base has one of its own.
std::string sources_hash(const std::string& files_hash, const Image& image);

}  // namespace harness
