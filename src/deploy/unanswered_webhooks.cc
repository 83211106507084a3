#include "deploy/unanswered_webhooks.h"

#include <algorithm>

#include "cluster/objects.h"
#include "deploy/install_order.h"

namespace harness {

namespace {

using Json = nlohmann::json;

bool answers(const KubeApi& api, const std::string& name_space, const std::string& service,
             std::stop_token stop) {
  const Json slices = api.get("/apis/discovery.k8s.io/v1/namespaces/" + name_space +
                                  "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + service,
                              std::move(stop));
  for (const auto& slice : list_at(slices, "/items"))
    for (const auto& endpoint : list_at(slice, "/endpoints"))
      if (flag_at(endpoint, "/conditions/ready")) return true;
  return false;
}

/// The first Service of `objects` that one of the configuration's webhooks is served by and that does not
/// answer; empty where there is none.
std::string unanswered(const KubeApi& api, const Object& configuration, const std::vector<Object>& objects,
                       std::stop_token stop) {
  for (const auto& webhook : list_at(configuration.body, "/webhooks")) {
    const auto service = text_at(webhook, "/clientConfig/service/name"),
               name_space = text_at(webhook, "/clientConfig/service/namespace");
    const auto is_it = [&](const Object& one) {
      return one.kind == "Service" && one.name == service && one.name_space == name_space;
    };
    if (std::any_of(objects.begin(), objects.end(), is_it) && !answers(api, name_space, service, stop))
      return service;
  }
  return "";
}

}  // namespace

void remove_unanswered_webhooks(const KubeApi& api, const std::vector<Object>& objects,
                                const Waiting& waiting, std::stop_token stop) {
  for (const auto& object : objects) {
    if (!is_webhook(object)) continue;
    const auto path = api.collection(object.api_version, object.kind, "", stop) + "/" + object.name;
    if (api.get(path, stop).is_null()) continue;
    const auto service = unanswered(api, object, objects, stop);
    if (service.empty()) continue;
    if (waiting.on_notice)
      waiting.on_notice(object.kind + " " + object.name + " is recreated: no pod of its Service " + service +
                        " is ready, so it could block their creation");
    api.remove(path, stop);
  }
}

}  // namespace harness
