#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/instance.h"
#include "config/project.h"
#include "deploy/gateway.h"

namespace harness {

/// What a program said; nothing where it is missing or did not answer in time.
struct Answer {
  bool there = true, in_time = true, ok = false;
  std::string out, err;
};

/// The folder of an instance.
struct Home {
  std::filesystem::path dir;
  bool is_there = true;  ///< also where that cannot be seen
};

/// What of this machine cluster and images depend on. Sizes in bytes.
struct Facts {
  bool has_project = true;  ///< there is a components.yaml
  // Without starting a program; but for the registry's, which all_facts() looks for.
  uint64_t disk_free = 0;         ///< where the project is
  uint64_t memory_available = 0;  ///< /proc/meminfo
  uint64_t memory_asked = 0;      ///< by the containers of all manifests
  double cpu_asked = 0;           ///< cores, likewise
  unsigned cores = 0;
  uint64_t inotify_instances = 0, inotify_watches = 0;  ///< fs.inotify.max_user_*
  int exact_gateway_port = 0;                           ///< Project::gateway_port
  bool gateway_port_free = true, registry_port_free = true, registry_answers = false;
  std::string registry_trouble, registry_hint;  ///< of one that is elsewhere and does not answer, or refuses
  std::map<std::string, std::string> proxies;   ///< variables that are set
  bool overlay = true, conntrack = true;        ///< the kernel has them
  bool root = false;
  uint64_t capabilities = 0;  ///< CapBnd of /proc/self/status
  std::string machine;        ///< as `uname -m` says it
  std::chrono::system_clock::time_point now;
  // By programs, side by side.
  Answer docker;                             ///< `docker info` as JSON
  Answer nodes;                              ///< of all KIND clusters: "CLUSTER NAME STATE", one a line
  std::map<std::string, Home> homes;         ///< by cluster, as far as it is known
  Answer registries;                         ///< those that the harness started, one a line
  Answer node_image;                         ///< its architecture
  Answer kind, kubectl;                      ///< their versions
  std::optional<uint64_t> docker_disk_free;  ///< where its images are, if that is on this machine
};

/// Those that cost nothing: files of /proc, a port.
Facts local_facts(const Project& project, const ObjectsOf& objects_of);
/// All; programs that do not answer within `patience` are ended.
Facts all_facts(const Project& project, const ObjectsOf& objects_of, const std::string& node_image,
                std::chrono::milliseconds patience, std::stop_token stop);

}  // namespace harness
