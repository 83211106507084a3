#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "config/project.h"

namespace harness {

/// One cluster with what belongs to it. Its name ends in a hash of the checkout's path, so that two checkouts
/// never meet. Its folder, `.harness/<name>/` in the project, holds the kubeconfig, the lock, the state and
/// the last results.
class Instance {
 public:
  Instance(const Project& project, const std::string& name);

  const std::string& cluster() const { return cluster_; }  ///< KIND's name for it: "harness-default-1a2b3c"
  /// In a cluster that the user gives: the namespace for what names none, and the value of the label of all
  /// that are the instance's. Another on each machine.
  const std::string& name_space() const { return name_space_; }
  const std::filesystem::path& dir() const { return dir_; }
  std::filesystem::path root() const { return dir_.parent_path().parent_path(); }  ///< the project's
  std::filesystem::path kubeconfig() const { return dir_ / "kubeconfig"; }
  std::filesystem::path images_file() const {
    return dir_ / "images.json";
  }  ///< image name -> reference that was deployed
  std::filesystem::path history_file() const {
    return dir_ / "history.db";
  }  ///< of tests: what they came to (suite/history.h)

  std::filesystem::path sources_file() const {
    return dir_ / "sources.json";
  }  ///< image name -> hash of what it was made from
  std::filesystem::path synced_file() const {
    return dir_ / "synced.json";
  }  ///< component with `sync:` whose pods have newer images than its workloads -> hash of it
  std::filesystem::path renders_dir() const {
    return dir_ / "renders";
  }  ///< what was rendered last (deploy/render/render_cache.h)
  std::filesystem::path run_file() const {
    return dir_ / "running.json";
  }  ///< there while tests run, and after a run that may have left something behind

  /// What is written once a cluster is complete and removed before it is deleted. Where it was lost the
  /// cluster itself tells it (lifecycle.cc).
  struct State {
    std::string url;            ///< where the gateway answers: "http://localhost" or with a port
    std::string registry = {};  ///< the container in which the nodes find it
    std::string given =
        {};  ///< the API's address of a cluster that the user gave; empty: the instance has its own
    bool hermetic = false;
    std::string config = {};   ///< fingerprint of KIND's configuration that it was made by; empty: not known
    std::string gateway = {};  ///< the node that the gateway's pod is to run on
    std::map<std::string, std::string> starts =
        {};  ///< node -> that start of it after which all was seen to work (Node::started)
  };
  std::optional<State> state() const;  ///< nothing when missing or unreadable
  void save(const State& state) const;
  void forget() const;  ///< removes state, kubeconfig and image references

  /// From before KIND makes the cluster until it has: what a maker leaves meanwhile, killed or failed, nobody
  /// has ever had.
  void begin_making() const;
  void end_making() const;
  bool is_half_made() const;

 private:
  std::string cluster_, name_space_;
  std::filesystem::path dir_;
};

}  // namespace harness
