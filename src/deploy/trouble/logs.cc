// Causes that only the component's own log names; each is proved by the API before it is said.
#include <re2/re2.h>

#include "base/text.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

bool may_tell(const Container& container) {
  return !container.status.value("ready", false) && (is_running(container) || ends_of(container) > 0) &&
         !(container.init && number_at(last_end(container), "/exitCode") == 0 && !is_running(container));
}

/// The last line that matches.
std::string last_line(const std::string& log, const RE2& expression) {
  const auto lines = split(log, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (RE2::PartialMatch(*line, expression)) return trim(*line);
  return "";
}

/// What a server says to a client without the right
/// (https://kubernetes.io/docs/reference/access-authn-authz/authorization/).
struct Denied {
  std::string user, verb, resource, group, name_space;
};

std::optional<Denied> denied_in(const std::string& line) {
  static const RE2 message(
      R"re(User \\?"([^"\\]+)\\?" cannot ([a-z]+) resource \\?"([^"\\]+)\\?" in API group \\?"([^"\\]*)\\?"(?: in the namespace \\?"([^"\\]+)\\?")?)re");
  Denied denied;
  if (!RE2::PartialMatch(line, message, &denied.user, &denied.verb, &denied.resource, &denied.group,
                         &denied.name_space))
    return std::nullopt;
  return denied;
}

/// Asked anew: the right may have come since the line was written.
bool is_still_denied(const Scene& scene, const Denied& denied) {
  const auto slash = denied.resource.find('/');
  Json attributes = {{"verb", denied.verb},
                     {"resource", denied.resource.substr(0, slash)},
                     {"group", denied.group},
                     {"namespace", denied.name_space}};
  if (slash != std::string::npos) attributes["subresource"] = denied.resource.substr(slash + 1);
  Json groups = Json::array({"system:authenticated", "system:serviceaccounts"});
  const auto parts = split(denied.user, ':');
  if (parts.size() == 4) groups.push_back("system:serviceaccounts:" + parts[2]);
  const Json answer =
      scene.ask("/apis/authorization.k8s.io/v1/subjectaccessreviews",
                {{"apiVersion", "authorization.k8s.io/v1"},
                 {"kind", "SubjectAccessReview"},
                 {"spec", {{"user", denied.user}, {"groups", groups}, {"resourceAttributes", attributes}}}});
  const Json::json_pointer allowed("/status/allowed");
  return answer.contains(allowed) && answer.at(allowed) == false;
}

/// The host's ports belong to all pods of its network, and to what else runs there.
bool is_on_host_network(const Json& pod) {
  const Json::json_pointer pointer("/spec/hostNetwork");
  return pod.contains(pointer) && pod.at(pointer) == true;
}

/// How many of a Service's addresses take requests.
size_t ready_endpoints(const Json& slices) {
  size_t ready = 0;
  for (const auto& slice : list_at(slices, "/items"))
    for (const auto& endpoint : list_at(slice, "/endpoints"))
      if (const Json::json_pointer pointer("/conditions/ready");
          !endpoint.contains(pointer) || endpoint.at(pointer) != false)
        ++ready;
  return ready;
}

}  // namespace

std::optional<Diagnosis> access_denied(const Scene& scene) {
  static const RE2 forbidden("cannot [a-z]+ resource");
  for (const auto& container : containers(scene)) {
    if (!may_tell(container)) continue;
    const auto line = last_line(scene.log(container.pod_name(), container.name()), forbidden);
    const auto denied = line.empty() ? std::nullopt : denied_in(line);
    if (!denied || !is_still_denied(scene, *denied)) continue;
    const std::string what =
        denied->verb + " " + denied->resource + (denied->group.empty() ? "" : "." + denied->group);
    return Diagnosis{.cause = container.title() + ": " + denied->user + " may not " + what +
                              (denied->name_space.empty() ? "" : " in namespace " + denied->name_space),
                     .evidence = line,
                     .hint = std::string("add a ") +
                             (denied->name_space.empty() ? "ClusterRole and a ClusterRoleBinding"
                                                         : "Role and a RoleBinding") +
                             " to its manifest; is serviceAccountName right?",
                     .must_last = kMayArrive};
  }
  return std::nullopt;
}

std::optional<Diagnosis> port_in_use(const Scene& scene) {
  static const RE2 in_use("(?i)address already in use|EADDRINUSE");
  for (const auto& container : containers(scene)) {
    if (!may_tell(container) || ends_of(container) < 2) continue;
    const auto line = last_line(scene.log(container.pod_name(), container.name()), in_use);
    if (line.empty()) continue;
    const bool on_host = is_on_host_network(container.pod);
    return Diagnosis{
        .cause = container.title() + ": its port is taken " + (on_host ? "on the node" : "in the pod"),
        .evidence = line,
        .hint = on_host ? "leave hostNetwork out, or let it listen on another port: the gateway has 80, "
                          "Kubernetes 6443 and 10250 to 10260"
                        : "two containers of the pod want the same port"};
  }
  return std::nullopt;
}

std::optional<Diagnosis> names_not_resolved(const Scene& scene) {
  static const RE2 failed(
      "(?i)no such host|temporary failure in name resolution|name or service not known|could not "
      "resolve|server misbehaving|NXDOMAIN|getaddrinfo|bad address|can't resolve|lookup [^ ]+ on [^ ]+:53: ");
  for (const auto& container : containers(scene)) {
    if (!may_tell(container)) continue;
    const auto line = last_line(scene.log(container.pod_name(), container.name()), failed);
    if (line.empty()) continue;
    const Json slices = scene.get(
        "/apis/discovery.k8s.io/v1/namespaces/kube-system/"
        "endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns");
    if (slices.is_null() || ready_endpoints(slices) > 0)
      continue;  // the name itself is wrong, or its Service still comes
    std::string pods;
    const Json list = scene.get("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns");
    for (const auto& pod : list_at(list, "/items"))
      pods += "\npod kube-system/" + name_of(pod) + ": " + text_at(pod, "/status/phase") + ", not ready";
    return Diagnosis{
        .cause = container.title() + ": names cannot be resolved, the cluster's DNS has no pod that is ready",
        .evidence = line + (pods.empty() ? "\nService kube-system/kube-dns has no pods" : pods),
        .hint =
            "kubectl -n kube-system describe deployment coredns; a new cluster has one that works: -teardown",
        .must_last = kMayArrive};
  }
  return std::nullopt;
}

}  // namespace harness
