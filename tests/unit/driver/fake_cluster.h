#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/fake_rules.h"
#include "support/http_server.h"

/// What the driver needs of a Kubernetes API, in memory, on a port: discovery, server-side apply, get,
/// list, delete and watch, and controllers that are done at once. It refuses what the API refuses
/// (FakeRules), serves a definition only some requests after it was applied, and asks webhooks: one whose
/// Service has no pods refuses. What has finalizers stays until somebody removes them. A Deployment has one
/// pod, of its newest ReplicaSet; a Job is complete at once, or has failed where its name begins with
/// "failing"; a pod keeps what it mounted as it was when the pod began.
class FakeCluster {
 public:
  using Json = nlohmann::json;

  struct Type {
    std::string root, plural, kind;
    bool namespaced;
  };

  /// On a unix socket, too, where that is given.
  explicit FakeCluster(const std::string& unix_socket = {});
  std::string host() const { return server_.host(); }

  /// All objects of a type in all namespaces but the system's, by path: objects("pods").
  std::map<std::string, Json> objects(const std::string& plural) const;
  /// How often something was applied or changed.
  int patches() const { return patches_; }
  /// As `kubectl edit` would: the whole object is replaced, and its controller acts.
  void apply(const std::string& path, Json object);
  void remove(const std::string& path);
  /// The paths of what was deleted, in that order.
  std::vector<std::string> erased() const;
  /// The `data` of each ConfigMap that a pod names, by name, as it was when the pod began.
  static Json mounted(const Json& pod) { return pod.at("mounted"); }

 private:
  using Objects = std::map<std::string, Json>;

  Objects all(const std::string& plural) const;
  /// How many requests come before a new definition is served.
  static constexpr int kLooksUntilEstablished = 20;
  std::vector<Type> types();
  std::optional<FakeRefusal> refused(const std::string& path, const Json& object) const;
  std::optional<FakeRefusal> refused_by_webhook(const std::string& plural) const;
  Json endpoint_slices(const std::string& name_space, const std::string& selector) const;
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer);
  Objects select(const std::string& collection, const std::string& query) const;
  Json store(const std::string& path, Json object, bool controllers_act = true);
  void erase(const std::string& path);
  void roll_out(const std::string& path);
  void start_pod(const std::string& name_space, const Json& replica_set);
  void replace_pod(const std::string& name_space, const Json& pod);
  static void set_images(Json& pod, const Json& changes);
  static void own(Json& object, const Json& owner);
  std::vector<std::string> owned_by(const Json& owner, const std::string& plural) const;

  mutable std::recursive_mutex mutex_;
  Objects objects_;
  std::vector<std::string> erased_;
  std::map<std::string, int> looks_;  ///< at a definition that is not established yet
  int last_uid_ = 0;
  std::atomic<int> patches_ = 0;
  HttpServer server_;
};
