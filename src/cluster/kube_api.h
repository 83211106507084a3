#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/error.h"
#include "base/http.h"
#include "cluster/api_access.h"
#include "cluster/api_error.h"
#include "cluster/kube_proxy.h"

namespace harness {

/// How long a call to the API may take, with all its tries. Where a caller gives no more than a stop, it is
/// as long as an API server needs to start again.
struct ApiPatience : Deadline {
  ApiPatience(std::stop_token stop = {}) : Deadline(std::chrono::seconds(60), std::move(stop)) {}
  ApiPatience(const Deadline& deadline) : Deadline(deadline) {}
};

/// The cluster's API (https://kubernetes.io/docs/reference/using-api/api-concepts/), as the current context
/// of a kubeconfig says: directly, or through one `kubectl proxy` where a program has to log in. Thread-safe.
/// A call that has no answer, or one that tells of a server that starts, is busy or has lost its leader, is
/// made again until its patience is over; a proxy that has ended is started again. A certificate that is not
/// accepted is an error at once. Throws ApiError (kDeploy where the API refuses, kCluster where it does not
/// answer), Cancelled.
class KubeApi {
 public:
  using Json = nlohmann::json;

  /// Asks for nothing yet. Requests wait until the API answers. Throws Error (kCluster) where the kubeconfig
  /// is none.
  explicit KubeApi(const std::filesystem::path& kubeconfig);
  /// The same, and waits until it does.
  KubeApi(const std::filesystem::path& kubeconfig, std::chrono::seconds deadline, std::stop_token stop)
      : KubeApi(kubeconfig) {
    wait_until_ready(deadline, stop);
  }
  /// Returns once the API answers; throws Error (kCluster) when it does not within `deadline`.
  void wait_until_ready(std::chrono::seconds deadline, std::stop_token stop) const;

  /// Nothing (null) on 404.
  Json get(const std::string& path, const ApiPatience& patience = {}) const;
  /// The same, as `accept` says; what of it is not known by the API may be given as plain JSON.
  Json get_as(const std::string& accept, const std::string& path, const ApiPatience& patience) const;
  /// A text, or the API's reason why there is none.
  std::string get_text(const std::string& path, const ApiPatience& patience = {}) const;

  enum class Apply { store, dry_run };
  /// Server-side apply of an object, sent as JSON, which is YAML. Returns the object as stored, or as it
  /// would be.
  Json apply(const std::string& path, const Json& object, const ApiPatience& patience,
             Apply how = Apply::store) const;
  /// Text would be sent as a JSON string.
  Json apply(const std::string& path, const std::string& text, const ApiPatience& patience,
             Apply how = Apply::store) const = delete;

  /// Changes fields of an object, items of lists by their names (strategic merge patch,
  /// https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/).
  void patch(const std::string& path, const Json& change, const ApiPatience& patience) const;

  /// What the API answers to an object that is only asked about (a SubjectAccessReview), or that cannot be
  /// made twice, since it has a name.
  Json ask(const std::string& path, const Json& body, const ApiPatience& patience) const;

  /// In the foreground the object stays until what it owns is gone
  /// (https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion).
  enum class Propagation { background, foreground };
  /// Deletes the object if it exists.
  void remove(const std::string& path, const ApiPatience& patience,
              Propagation how = Propagation::background) const;

  /// Where an object of this type lives: "/apis/apps/v1/namespaces/default/deployments". `name_space` is left
  /// out for a cluster-wide type. Throws ApiError (kNoSuchType) where the cluster does not know the type.
  std::string collection(const std::string& api_version, const std::string& kind,
                         const std::string& name_space, const ApiPatience& patience = {}) const;

  /// The reason of an ApiError.
  static constexpr const char* kNoSuchType = "NoSuchType";

  /// Those that the cluster has by this version.
  std::vector<std::string> kinds(const std::string& api_version, const ApiPatience& patience = {}) const;
  bool knows(const std::string& api_version, const std::string& kind, const ApiPatience& patience = {}) const;
  bool is_cluster_wide(const std::string& api_version, const std::string& kind,
                       const ApiPatience& patience = {}) const;
  /// `api_version`, or another one of its group, that the cluster serves the kind by; empty where there is
  /// none.
  std::string served_version(const std::string& api_version, const std::string& kind,
                             const ApiPatience& patience) const;

  /// One answer of the API that goes on (a watch, a log that is followed), as it comes, until it ends,
  /// `on_data` returns false or the deadline is over. Is not tried again, and silence is no reason to end it.
  /// Throws HttpError; one that is refused is a value, its reason in the body.
  HttpResponse stream(const std::string& path, const std::function<bool(std::string_view)>& on_data,
                      const Deadline& deadline) const;
  /// What follows a call that had no answer: starts the proxy again if it has ended.
  void recover() const {
    if (proxy_) proxy_->revive();
  }

 private:
  struct Call;
  KubeApi(const Kubeconfig& config, const std::filesystem::path& kubeconfig);
  HttpResponse exchange(const Call& call, const ApiPatience& patience) const;
  bool is_starting(const ApiPatience& patience) const;
  Json parsed(const Call& call, const HttpResponse& response) const;
  ApiError no_answer(const std::string& doing, const std::string& why) const;
  ApiError untrusted(const std::string& doing, const std::string& why) const;
  ApiError stranger(const std::string& why) const;

  const std::filesystem::path kubeconfig_;
  const std::unique_ptr<KubeProxy> proxy_;  ///< null where none is needed
  const ApiAccess access_;
  HttpClient http_, streams_;
  struct Type {
    std::string plural;
    bool namespaced;
  };
  const Type* type(const std::string& api_version, const std::string& kind,
                   const ApiPatience& patience) const;

  mutable std::mutex mutex_;
  mutable std::map<std::string, std::map<std::string, Type>> types_;  ///< API version -> kind
};

/// What the API says of a request that it refused: its own words, or the status and the end of the body.
std::string api_reason(const HttpResponse& response);

/// Returns once the object at `path` does not exist. Throws Error (kCluster) with its status when it stays
/// for `patience`.
void wait_until_gone(const KubeApi& api, const std::string& path, std::chrono::seconds patience,
                     std::stop_token stop);

}  // namespace harness
