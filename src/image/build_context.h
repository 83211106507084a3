#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/project.h"
#include "image/docker_builder.h"
#include "image/dockerignore.h"

namespace harness {

/// Which files of a build context docker sends.
struct ContextRules {
  Dockerignore ignore = {};
  bool buildkit = false;  ///< which folders are looked into that are left out themselves
  std::filesystem::path never =
      {};  ///< the project's .harness, wherever it lies: it changes as the harness works

  bool enters(const std::string& folder) const {
    return buildkit ? ignore.buildkit_enters(folder) : ignore.classic_enters(folder);
  }
};

/// The file of a `dockerfile` image that says what docker leaves out: BuildKit's NAME.dockerignore beside the
/// Dockerfile, else .dockerignore of the context. It may be missing.
std::filesystem::path ignore_file(const Project& project, const Image& image, const DockerBuilder& builder);

/// Throws Error (kBuild) where docker would not take the file.
std::shared_ptr<const ContextRules> context_rules(const Project& project, const Image& image,
                                                  const DockerBuilder& builder);

/// Writes what docker sends to its classic builder as a tar: `file` is made. `dockerfile` is the text that
/// docker is to build by. Gives back what --file must be. Throws Error (kBuild) naming a file that cannot be
/// read.
std::string write_context(const std::filesystem::path& file, const Project& project, const Image& image,
                          const ContextRules& rules, const std::string& dockerfile);

}  // namespace harness
