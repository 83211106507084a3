#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// A container of a running pod, by kubectl exec. What is copied needs tar there. Throws Error (kCluster)
/// where something does not go, Cancelled.
class PodShell {
 public:
  struct Container {
    std::filesystem::path kubeconfig;
    std::string name_space, pod, container;
  };
  explicit PodShell(Container container) : container_(std::move(container)) {}

  /// Its standard output.
  std::string run(const std::vector<std::string>& args, std::stop_token stop) const;
  /// Puts files below `local`, those that `list` names (each ended by a zero byte; empty: all), into the
  /// folder `remote`, which is made.
  void put(const std::filesystem::path& local, const std::filesystem::path& list, const std::string& remote,
           std::stop_token stop) const;
  /// Puts all below the folder `remote` into `local`, which is there. Owners and set-user-ID are not kept;
  /// GNU tar writes nowhere else, whatever the names and links in the archive.
  void fetch(const std::string& remote, const std::filesystem::path& local, std::stop_token stop) const;

 private:
  std::vector<std::string> exec(const std::vector<std::string>& args) const;

  const Container container_;
};

}  // namespace harness
