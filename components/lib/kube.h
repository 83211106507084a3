#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "http/flags.h"
#include "lib/endpoint.h"

namespace ci {

/// Where the Kubernetes API is, as flags. In a pod the defaults are right: its service account.
struct KubeFlags {
  std::string api = "https://kubernetes.default.svc", name_space = "default";
  std::string token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  std::string ca_file = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
  void add_to(fakes::http::Flags& flags);
};

/// What the services need of the Kubernetes API, in one namespace
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/). Thread-safe. Throws Unreachable and
/// Refused.
class Kube {
 public:
  explicit Kube(const KubeFlags& flags);

  /// Throws where jobs cannot be listed: a service is not ready then.
  void check() const;
  /// The items of a list of "jobs" or "pods" by label selector.
  std::vector<nlohmann::json> list(const std::string& resource, const std::string& selector) const;
  std::optional<nlohmann::json> get(const std::string& resource, const std::string& name) const;
  /// False where an object of this name exists.
  bool create(const std::string& resource, const nlohmann::json& object) const;
  void annotate(const std::string& resource, const std::string& name,
                const nlohmann::json& annotations) const;
  /// With its dependents, in the background. One that is gone is no error.
  void remove(const std::string& resource, const std::string& name) const;
  std::string log(const std::string& pod, const std::string& container) const;

  /// Every object that there is, then each change of one, until `stop`: begins again by itself when a watch
  /// ends or breaks. `on_object` gets the object; `on_trouble` what went wrong before the next attempt.
  void follow(const std::string& resource, const std::string& selector,
              const std::function<void(const nlohmann::json&)>& on_object,
              const std::function<void(const std::string&)>& on_trouble, std::stop_token stop) const;

 private:
  std::string path(const std::string& resource) const;
  Endpoint endpoint() const;  ///< with the token of this moment: kubelet renews it

  KubeFlags flags_;
};

}  // namespace ci
