#include <fmt/format.h>

#include "base/proxies.h"
#include "base/secrets.h"
#include "base/text.h"
#include "cli/doctor/checks.h"
#include "cluster/kind.h"
#include "deploy/trouble/quantity.h"

namespace harness {

namespace {

using Level = Check::Level;

constexpr uint64_t kGiB = 1ull << 30;
/// Kubernetes' own programs and the registry.
constexpr uint64_t kClusterMemory = kGiB;
/// A node's images and what it writes; the images of a project come on top.
constexpr uint64_t kLittleDisk = 10 * kGiB, kNoDisk = 2 * kGiB;
/// What KIND's documentation asks for (kMoreInotify); a cluster of one node does with less.
constexpr uint64_t kInstances = 512, kFewInstances = 128, kWatches = 65536;

std::string size(uint64_t bytes) { return format_quantity("memory", static_cast<double>(bytes)); }

Check disk(const Facts& facts) {
  const auto free =
      facts.docker_disk_free ? std::min(*facts.docker_disk_free, facts.disk_free) : facts.disk_free;
  Check check{"disk", Level::fine, size(free) + " free"};
  if (free >= kLittleDisk) return check;
  check.level = free < kNoDisk ? Level::error : Level::warning;
  check.reason += ", a cluster and its images need " + size(kLittleDisk);
  check.command = "docker system prune";
  return check;
}

Check memory(const Facts& facts) {
  const auto needed = facts.memory_asked + kClusterMemory;
  Check check{"memory", Level::fine,
              fmt::format("{} available; {}the cluster takes about {}", size(facts.memory_available),
                          facts.has_project ? "components ask for " + size(facts.memory_asked) + ", " : "",
                          size(kClusterMemory))};
  if (facts.memory_available < needed)
    check = {"memory", Level::warning, check.reason,
             "end other programs, or lower resources.requests.memory in manifests"};
  return check;
}

Check processors(const Facts& facts) {
  Check check{"processors", Level::fine,
              facts.has_project ? fmt::format("{}; components ask for {}", facts.cores,
                                              format_quantity("cpu", facts.cpu_asked))
                                : std::to_string(facts.cores)};
  // Kubernetes' own pods ask for most of one.
  if (facts.cpu_asked + 1 > facts.cores)
    check = {"processors", Level::warning,
             check.reason + ", the cluster itself for 1: some pods will find no room",
             "lower resources.requests.cpu in manifests"};
  return check;
}

Check inotify(const Facts& facts) {
  Check check{"inotify", Level::fine,
              fmt::format("{} instances, {} watches a user", facts.inotify_instances, facts.inotify_watches)};
  if (facts.inotify_instances >= kInstances && facts.inotify_watches >= kWatches) return check;
  // One node gets along with the usual 128; a second one, or an editor beside it, may not.
  const bool few = facts.inotify_instances < kFewInstances || facts.inotify_watches < kWatches;
  if (!few)
    return check.reason += fmt::format("; enough for one cluster, several need {}", kInstances), check;
  return {"inotify", Level::warning, check.reason + ": pods may fail with \"too many open files\"",
          kMoreInotify};
}

Check proxies(const Facts& facts) {
  if (!names_proxy(facts.proxies)) return {"proxy", Level::fine, "no proxy variable is set"};
  std::vector<std::string> names, unreachable;
  for (const auto& [name, value] : facts.proxies) {
    if (name == "NO_PROXY" || name == "no_proxy") continue;
    names.push_back(name);
    if (is_on_loopback(value)) unreachable.push_back(name + "=" + without_credentials(value));
  }
  if (unreachable.empty())
    return {"proxy", Level::fine,
            join(names, " ") + " set; NO_PROXY gets what is on this machine and in the cluster"};
  return {"proxy", Level::warning,
          join(unreachable, " ") +
              ": this address means another machine in each container, so nodes and docker build do not use "
              "that proxy unless it also listens on Docker's networks",
          "let the proxy listen on all addresses, and name it by this machine's address"};
}

Check kernel(const Facts& facts) {
  const std::string missing =
      std::string(facts.overlay ? "" : "overlay ") + (facts.conntrack ? "" : "nf_conntrack ");
  if (missing.empty()) return {"kernel", Level::fine, "overlay and nf_conntrack are there"};
  return {"kernel", Level::warning, "without " + missing + "it makes no nodes, or no Services",
          "modprobe -a " + missing.substr(0, missing.size() - 1)};
}

/// Bits of linux/capability.h that a node's container has to get from an engine beside this process.
Check capabilities(const Facts& facts) {
  if (!facts.root)
    return {"capabilities", Level::fine, "the Docker engine's capabilities count, and another user runs it"};
  std::string missing, restricted;
  for (const auto& [bit, name] :
       {std::pair{12, "NET_ADMIN"}, {21, "SYS_ADMIN"}, {16, "SYS_MODULE"}, {24, "SYS_RESOURCE"}}) {
    if (facts.capabilities >> bit & 1) continue;
    (bit == 12 || bit == 21 ? missing : restricted) += std::string(name) + " ";
  }
  if (!missing.empty())
    return {"capabilities", Level::error, "without " + missing + "an engine here makes no nodes",
            "docker run --privileged, where this machine is a container"};
  if (restricted.find("SYS_RESOURCE") != std::string::npos)
    return {"capabilities", Level::fine,
            "without SYS_RESOURCE: the built-in kind.yaml sets restrict_oom_score_adj for that"};
  return {"capabilities", Level::fine, "all that nodes need"};
}

Check clock(const Facts& facts) {
  const auto seconds = std::chrono::system_clock::to_time_t(facts.now);
  if (seconds > 1704067200) return {"clock", Level::fine, "runs"};  // 2024-01-01
  return {"clock", Level::error, "shows a date long past: certificates will not be valid yet",
          "date -s, or start the time service"};
}

}  // namespace

const char* word_of(Check::Level level) {
  return level == Level::fine ? "fine" : level == Level::warning ? "warning" : "error";
}

std::vector<Check> local_checks(const Facts& facts) {
  return {disk(facts),    memory(facts), processors(facts),   inotify(facts),
          proxies(facts), kernel(facts), capabilities(facts), clock(facts)};
}

}  // namespace harness
