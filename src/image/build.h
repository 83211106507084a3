#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "config/project.h"
#include "image/dockerfile.h"
#include "image/oci.h"
#include "image/registry.h"

namespace harness {

/// Makes images of a project and has them in its registry. One object a run; every function may be called
/// from several threads. Failures throw Error (kBuild) with the command and the end of its output.
///
/// The registry says what need not be made again. An image has a tag that is a hash of what goes into it
/// (image/tag.h). What a builder made of `inputs:` has another one, "files-HASH", an image of that layer
/// alone: its files need no builder where only the base or the entrypoint changed.
class ImageBuilder {
 public:
  /// Gets what a tool prints, as it comes.
  using OnOutput = std::function<void(std::string_view)>;

  /// `before`: image -> what a pod ran after the run before, where it is known. `own_registry` gives the name
  /// of the registry's container where the harness started it, else ""; for hints.
  explicit ImageBuilder(const Project& project, std::map<std::string, std::string> before = {},
                        std::function<std::string()> own_registry = {});

  /// Runs the builder's command line once for all `targets` ({targets} replaced), in the project's root, by
  /// `sh -c`.
  void run_builder(const std::string& builder, const std::vector<std::string>& targets,
                   const OnOutput& on_output, std::stop_token stop);

  /// Runs the builder for `targets` and for those of `images` (builder images with `inputs:`) whose files the
  /// registry has not, or that are `forced`, and stores what it made of these; not at all where that is
  /// nothing. Once more where inputs changed meanwhile.
  void build(const std::string& builder, std::set<std::string> targets, std::vector<const Image*> images,
             const std::set<std::string>& forced, const OnOutput& on_output, std::stop_token stop);

  /// Makes the image and returns what a pod can run: "localhost:5001/deck@sha256:…". Its base must be there
  /// already and, of a builder image, what the builder makes; build() must have had it where it has
  /// `inputs:`. What the registry has under the tag of these inputs is not made again unless `force`.
  std::string make(const Image& image, bool force, const OnOutput& on_output, std::stop_token stop);

  /// sources_hash() of an image that was made, as its sources were when they were looked at for that.
  std::string sources(const Image& image) const;

 private:
  std::string make_layered(const Image& image, bool force, const RegistryClient& registry,
                           std::stop_token stop);
  std::string make_dockerfile(const Image& image, bool force, const OnOutput& on_output,
                              const RegistryClient& registry, std::stop_token stop);
  std::string make_by_command(const Image& image, bool force, const OnOutput& on_output,
                              const RegistryClient& registry, std::stop_token stop);
  std::string pull(const Image& image, const OnOutput& on_output, const RegistryClient& registry,
                   std::stop_token stop);
  /// How an image is made that is not just layers.
  struct Recipe {
    std::function<std::string(const std::string& files)> hash;  ///< of all that goes into it
    std::function<void(const std::string&tag)> make, publish;
  };
  /// Makes what stands for the hash and has it in the registry, unless it is there. Once more where the hash
  /// changed meanwhile.
  std::string make_once(const Image& image, bool force, const RegistryClient& registry,
                        const OnOutput& on_output, const Recipe& recipe, std::stop_token stop);
  /// What a reference of a Dockerfile stands for now.
  struct Base {
    std::string exact;  ///< what docker is told instead: never another image than the one that was looked at;
                        ///< or the same name, where docker knows no digest
    std::string hash;   ///< of what it is
  };
  /// Of all that docker needs, by name. What docker has not is pulled.
  std::map<std::string, Base> bases(const Image& image, const Dockerfile& dockerfile,
                                    const OnOutput& on_output, const RegistryClient& registry,
                                    std::stop_token stop);
  Base own_base(const Image& image, const Dockerfile::Reference& reference, const std::string& repository,
                const std::string& tag, const RegistryClient& registry);
  Base foreign_base(const Image& image, const Dockerfile::Reference& reference, const OnOutput& on_output,
                    std::stop_token stop) const;
  void docker_build(const Image& image, const Dockerfile& dockerfile,
                    const std::map<std::string, Base>& bases, const std::string& tag,
                    const OnOutput& on_output, std::stop_token stop) const;
  /// What a base's own triggers (ONBUILD) name must be pinned in the base itself: nothing else orders and
  /// compares it.
  void check_triggers(const Image& image, const std::string& base, std::stop_token stop) const;
  void pull_into_docker(const Image& image, const std::string& reference, const std::string& platform,
                        const OnOutput& on_output, std::stop_token stop) const;
  /// Once more where its port was closed for a moment while the registry is put on KIND's network, which
  /// another step of this run does. What docker says of `reference` gets a hint.
  void with_registry(const Image& image, const std::string& reference, const OnOutput& on_output,
                     std::stop_token stop, const std::function<void()>& call) const;
  void remember_files(const Image& image, const std::string& hash);
  /// Path in the image -> file that the builder made.
  std::map<std::string, std::filesystem::path> artifacts(const Image& image) const;
  std::string layer_of(const Image& image) const;
  /// Whether what the run before deployed was made of these files, and the registry still has it: then the
  /// builder need not run.
  bool has_image(const Image& image, const std::string& files, const RegistryClient& registry);
  /// What the registry has under a tag, asked for once a run.
  std::optional<std::string> digest_of(const Image& image, const std::string& tag,
                                       const RegistryClient& registry);
  /// The layer that the registry has under a "files-" tag.
  std::optional<Descriptor> stored_files(const Image& image, const std::string& tag,
                                         const RegistryClient& registry) const;
  void push_image(const Image& image, const std::string& tag, const OciImage& built,
                  const RegistryClient& registry) const;
  /// Pushes, and keeps one name of the image in docker, `latest`: the build cache stays, older ones are
  /// `docker image prune`'s.
  void push(const Image& image, const std::string& reference, const OnOutput& on_output,
            std::stop_token stop) const;
  void checked(const Image& image, const std::vector<std::string>& args,
               const std::map<std::string, std::string>& env, const OnOutput& on_output,
               std::stop_token stop) const;
  std::string pinned(const Image& image, const std::optional<std::string>& digest,
                     const RegistryClient& registry);
  std::string tagged(const Image& image, const std::string& tag) const;
  bool is_stood_on(const Image& image) const;
  RegistryClient registry(const OnOutput& on_output, std::stop_token stop) const;

  const Project& project_;
  const std::shared_ptr<const RegistryConnection> connection_;
  const std::map<std::string, std::string> before_;
  const std::function<std::string()> own_registry_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;  ///< image -> files_hash() of what was made
  std::map<std::string, std::string>
      stored_;  ///< digest of what the registry was seen to have, by "image:tag"
  std::map<std::string, std::string> digests_;  ///< of images made in this run: `latest` may be another run's
};

}  // namespace harness
