#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "base/files.h"
#include "base/http_client.h"
#include "base/process.h"

namespace harness {

/// The cluster's API (https://kubernetes.io/docs/reference/using-api/api-concepts/), through one `kubectl proxy` on a
/// unix socket, so that any kubeconfig works. Thread-safe. What the API refuses throws ApiError with its own message.
class KubeApi {
 public:
  using Json = nlohmann::json;

  /// Starts the proxy. Requests fail until the API answers.
  explicit KubeApi(const std::filesystem::path& kubeconfig);
  /// The same, and waits until it does.
  KubeApi(const std::filesystem::path& kubeconfig, std::chrono::seconds deadline, std::stop_token stop) : KubeApi(kubeconfig) { wait_until_ready(deadline, stop); }
  /// Returns once the API answers; throws Error (kCluster) when it does not within `deadline`.
  void wait_until_ready(std::chrono::seconds deadline, std::stop_token stop) const;
  /// Where the proxy listens, for the tests' own calls; there a moment after the start.
  std::filesystem::path socket() const { return dir_.path() / "api"; }

  /// Nothing (null) on 404.
  Json get(const std::string& path, std::stop_token stop = {}) const;
  /// The same, as `accept` says; what of it is not known by the API may be given as plain JSON.
  Json get_as(const std::string& accept, const std::string& path, std::stop_token stop) const;
  std::string get_text(const std::string& path, std::stop_token stop = {}) const;

  enum class Apply { store, dry_run };
  /// Server-side apply of an object, sent as JSON, which is YAML. Returns the object as stored, or as it would be.
  Json apply(const std::string& path, const Json& object, std::stop_token stop, Apply how = Apply::store) const;

  /// Changes fields of an object, items of lists by their names (strategic merge patch,
  /// https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/).
  void patch(const std::string& path, const Json& change, std::stop_token stop) const;

  /// What the API answers to an object that is only asked about (a SubjectAccessReview).
  Json ask(const std::string& path, const Json& body, std::stop_token stop) const;

  /// In the foreground the object stays until what it owns is gone
  /// (https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion).
  enum class Propagation { background, foreground };
  /// Deletes the object if it exists.
  void remove(const std::string& path, std::stop_token stop, Propagation how = Propagation::background) const;

  /// Where an object of this type lives: "/apis/apps/v1/namespaces/default/deployments". `name_space` is left out for a
  /// cluster-wide type. Throws ApiError (kNoSuchType) where the cluster does not know the type.
  std::string collection(const std::string& api_version, const std::string& kind, const std::string& name_space, std::stop_token stop = {}) const;

  /// The reason of an ApiError.
  static constexpr const char* kNoSuchType = "NoSuchType";

  bool knows(const std::string& api_version, const std::string& kind, std::stop_token stop = {}) const;
  bool is_cluster_wide(const std::string& api_version, const std::string& kind, std::stop_token stop = {}) const;
  /// `api_version`, or another one of its group, that the cluster serves the kind by; empty where there is none.
  std::string served_version(const std::string& api_version, const std::string& kind, std::stop_token stop) const;

  /// Calls `on_event(type, object)` for what is there and then for each change, until it returns false or `stop`. A
  /// watch that the server ends is begun anew.
  void watch(const std::string& collection, const std::string& selector,
             const std::function<bool(const std::string& type, const Json& object)>& on_event, std::stop_token stop) const;

 private:
  TempDir dir_;
  HttpClient http_;
  BackgroundProcess proxy_;
  struct Type {
    std::string plural;
    bool namespaced;
  };
  const Type* type(const std::string& api_version, const std::string& kind, std::stop_token stop) const;

  mutable std::mutex mutex_;
  mutable std::map<std::string, std::map<std::string, Type>> types_;  ///< API version -> kind
};

/// Returns once the object at `path` is not there. Throws Error (kCluster) with its status when it stays for `patience`.
void wait_until_gone(const KubeApi& api, const std::string& path, std::chrono::seconds patience, std::stop_token stop);

}  // namespace harness
