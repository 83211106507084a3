#include "deploy/hermetic/outside_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const std::string kConfigMap = "/api/v1/namespaces/kube-system/configmaps/coredns";
const std::string kDeployments = "/apis/apps/v1/namespaces/kube-system/deployments",
                  kCoreDns = kDeployments + "/coredns";

/// Of "[INFO] outside 10.244.0.5 A api.github.com."
constexpr const char* kMark = "outside ";

bool may_be_outside(const std::string& name, const std::vector<std::string>& namespaces) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  const auto last = name.substr(dot + 1);
  return last != "svc" && last != "local" &&
         std::find(namespaces.begin(), namespaces.end(), last) == namespaces.end();
}

/// In a new cluster no pod of CoreDNS has a node yet, and none of them has to become ready first. It serves a
/// moment after its start, and by default that is looked at every ten seconds.
Json rolled_out_for(const std::string& corefile_hash) {
  const Json metadata = {{"annotations", {{"harness/corefile", corefile_hash}}}};
  const Json pod = {{"containers", {{{"name", "coredns"}, {"readinessProbe", {{"periodSeconds", 1}}}}}}};
  return {{"spec",
           {{"strategy", {{"rollingUpdate", {{"maxUnavailable", "100%"}}}}},
            {"template", {{"metadata", metadata}, {"spec", pod}}}}}};
}

}  // namespace

std::string corefile(const std::map<std::string, std::vector<std::string>>& hosts) {
  std::string known;  // a server each: `template` would answer before `hosts`
  for (const auto& [name, addresses] : hosts) {
    known += "dns://" + name + ":53 {\n    errors\n    hosts {\n";
    for (const auto& address : addresses) known += "        " + address + " " + name + "\n";
    known += "    }\n}\n";
  }
  return "cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {\n"
         "    errors\n    health {\n        lameduck 5s\n    }\n    ready\n"
         "    kubernetes cluster.local in-addr.arpa ip6.arpa {\n        pods insecure\n        ttl 30\n    "
         "}\n"
         "    prometheus :9153\n    reload\n    loadbalance\n}\n" +
         known + ".:53 {\n    errors\n    log . \"" + kMark +
         "{remote} {type} {name}\" {\n        class all\n    }\n"
         "    template ANY ANY {\n        rcode NXDOMAIN\n    }\n}\n";
}

void configure_dns(const KubeApi& api, const std::string& corefile, std::stop_token stop) {
  const Json map = api.get(kConfigMap, stop), deployment = api.get(kCoreDns, stop);
  if (!map.is_object() || !deployment.is_object())
    throw Error("hermetic: true needs CoreDNS, and the cluster has none",
                {.hint = "set hermetic: false in components.yaml", .exit_code = kDeploy});
  if (map.value("data", Json::object()).value("Corefile", "") != corefile)
    api.apply(kConfigMap,
              Json{{"apiVersion", "v1"},
                   {"kind", "ConfigMap"},
                   {"metadata", {{"name", "coredns"}, {"namespace", "kube-system"}}},
                   {"data", {{"Corefile", corefile}}}},
              stop);
  // An earlier run may have ended between the two.
  const auto hash = sha256_hex(corefile);
  if (deployment.value(Json::json_pointer("/spec/template/metadata/annotations/harness~1corefile"), "") !=
      hash)
    api.patch(kCoreDns, rolled_out_for(hash), stop);
}

void wait_for_dns(const KubeApi& api, const Waiting& waiting, std::stop_token stop) {
  auto stored = api.get(kCoreDns, stop);
  if (rollout_of({"apps", "Deployment"}, stored).complete) return;
  const Object deployment{.api_version = "apps/v1",
                          .kind = "Deployment",
                          .name = "coredns",
                          .name_space = "kube-system",
                          .body = {}};
  wait_for_rollout(api, {deployment, kDeployments, std::move(stored)}, waiting, stop);
}

std::vector<OutsideName> outside_names(const std::string& log, const std::string& since,
                                       const std::vector<std::string>& namespaces) {
  std::map<std::string, std::map<std::string, std::map<std::string, int>>> queries;  // pod, name, type
  for (const auto& line : split(log, '\n')) {
    const auto mark = line.find(kMark);
    if (mark == std::string::npos || line.substr(0, line.find('Z')) < since) continue;
    const auto words = split(line.substr(mark + std::string(kMark).size()), ' ');
    if (words.size() != 3) continue;
    auto name = words[2];
    if (name.ends_with('.')) name.pop_back();
    if (words[1] == "A" || words[1] == "AAAA") ++queries[words[0]][name][words[1]];
  }
  std::vector<OutsideName> found;
  for (const auto& [pod, names] : queries)
    for (const auto& [name, types] : names) {
      const bool searched = std::any_of(
          names.begin(), names.end(), [&](const auto& other) { return name.starts_with(other.first + "."); });
      if (searched || !may_be_outside(name, namespaces)) continue;
      const auto most = std::max_element(types.begin(), types.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      found.push_back({pod, name, most->second});
    }
  return found;
}

}  // namespace harness
