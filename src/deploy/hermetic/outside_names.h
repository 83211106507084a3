#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// CoreDNS's configuration of a hermetic cluster (https://coredns.io/manual/toc/#configuration): names of the
/// cluster as kubeadm has it, `hosts` (name -> addresses), and NXDOMAIN for all others, which are logged.
std::string corefile(const std::map<std::string, std::vector<std::string>>& hosts);

/// Has CoreDNS work by it once its rollout has ended, which begins where it did not yet. Throws Error
/// (kDeploy).
void configure_dns(const KubeApi& api, const std::string& corefile, std::stop_token stop);
void wait_for_dns(const KubeApi& api, const Waiting& waiting, std::stop_token stop);

/// Who asked for a name that is not the cluster's.
struct OutsideName {
  std::string pod;  ///< its address
  std::string name;
  int queries = 0;  ///< for its A record, or for AAAA if there are more
};

/// From what CoreDNS logged by that configuration, each line after its time ("2026-11-28T01:23:34.12Z ...",
/// `timestamps=true` of the API), and not before `since` (the same without the Z: a request for a log knows
/// whole seconds only). A name that is another's with a search domain at its end, or that could only be the
/// cluster's (one label, or the last one is of `namespaces`), is none.
std::vector<OutsideName> outside_names(const std::string& log, const std::string& since,
                                       const std::vector<std::string>& namespaces);

}  // namespace harness
