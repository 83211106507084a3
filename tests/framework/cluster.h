#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "framework/environment.h"

namespace test {

/// Names an object of the cluster: {.api_version = "apps/v1", .kind = "Deployment", .name_space = "a", .name
/// = "web"}. Without a name, all objects of the kind; without a namespace, those of every namespace.
struct Ref {
  std::string api_version = "v1";
  std::string kind;
  std::string name_space = own_namespace();  ///< of no meaning for a cluster-wide kind
  std::string name = {};
};

/// That of an object.
Ref ref_of(const nlohmann::json& object);

/// "Deployment a/web", for messages.
std::string to_string(const Ref& ref);

/// Objects of the cluster, by the Kubernetes API
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/). Thread-safe. What the API refuses is a
/// std::runtime_error with method, path and the API's own message.
class Cluster {
 public:
  using Json = nlohmann::json;
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Gets ("LISTED", object) for each that is there and ("LISTED", null) after them, then ("ADDED" |
  /// "MODIFIED" | "DELETED", object). True ends the watch.
  using OnEvent = std::function<bool(const std::string& type, const Json& object)>;

  /// `socket`: of a `kubectl proxy`. Waits up to 10 s (`scaled`) until something answers there.
  explicit Cluster(std::string socket);

  /// null where there is none.
  Json get(const Ref& ref) const;
  /// `selector` is for labels: "app=web,tier!=db".
  std::vector<Json> list(const Ref& kind, const std::string& selector = "") const;
  /// Makes or changes an object: server-side apply, with `test_labels()` added. Its namespace is
  /// `own_namespace()` where it names none.
  Ref apply(Json object) const;
  /// Deletes it, and then what belongs to it; does not wait. One that is not there is no error.
  void remove(const Ref& ref) const;

  /// Gives `on_event` what is there and each change, until it returns true. False at `end`, or when `stop` is
  /// requested. After a gap in what the server remembers, all that is there is given again.
  bool watch(const Ref& what, const std::string& selector, TimePoint end, const OnEvent& on_event,
             std::stop_token stop = {}) const;

  /// Any other call; gives back the answer's body: request("POST", path(pod) + "/eviction", ...).
  std::string request(const std::string& method, const std::string& path, const std::string& body = "",
                      const std::string& content_type = "application/json") const;
  /// "/apis/apps/v1/namespaces/a/deployments/web". Throws where the cluster does not know the kind.
  std::string path(const Ref& ref) const;

 private:
  struct Answer {
    int status = 0;
    std::string body;
  };
  struct Type {
    std::string plural;
    bool namespaced = true;
  };
  Answer call(const std::string& method, const std::string& path, const std::string& body = "",
              const std::string& content_type = "application/json") const;
  Json get_at(const std::string& path) const;  ///< null on 404
  Json list_with_version(const Ref& what, const std::string& selector) const;
  /// What is to be done when a stream of events is over.
  enum class Next { enough, resume, list };
  Next stream(const std::string& path, std::string& version, TimePoint end, const OnEvent& on_event,
              std::stop_token stop) const;

  std::string socket_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::map<std::string, Type>> types_;  ///< API version -> kind
};

/// The cluster of this run: $HARNESS_API is the socket. Where that is not set, a test that was started by
/// hand gets a `kubectl proxy` of its own for $KUBECONFIG.
const Cluster& cluster();

}  // namespace test
