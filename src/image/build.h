#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "config/project.h"
#include "image/registry.h"

namespace harness {

/// Makes images of a project and has them in its registry. One object a run; every function may be called from several threads.
/// Failures throw Error (kBuild) with the command and the end of its output.
class ImageBuilder {
 public:
  /// Gets what a tool prints, as it comes.
  using OnOutput = std::function<void(std::string_view)>;

  explicit ImageBuilder(const Project& project);

  /// Runs the builder's command line once for all `targets` ({targets} replaced), in the project's root, by `sh -c`.
  void run_builder(const std::string& builder, const std::vector<std::string>& targets, const OnOutput& on_output, std::stop_token stop);

  /// Makes the image (a builder image's files and base must be there already) and returns what a pod can run: "localhost:5001/deck@sha256:…".
  /// What the registry has under the tag of these inputs is not made again unless `force`.
  std::string make(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop);

 private:
  std::string make_layered(const Image& image, std::stop_token stop) const;
  std::string make_dockerfile(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) const;
  std::string make_by_command(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop) const;
  std::string pull(const Image& image, const OnOutput& on_output, std::stop_token stop) const;
  /// Pushes, and keeps one name of the image in docker, `latest`: the build cache stays, older ones are `docker image prune`'s.
  void push(const Image& image, const std::string& reference, const OnOutput& on_output, std::stop_token stop) const;
  void checked(const Image& image, const std::vector<std::string>& args, const std::map<std::string, std::string>& env,
               const OnOutput& on_output, std::stop_token stop) const;
  std::string pinned(const Image& image, const std::string& digest, const RegistryClient& registry) const;
  std::string tagged(const Image& image, const std::string& tag) const;

  const Project& project_;
};

}  // namespace harness
