#pragma once

#include <filesystem>
#include <stop_token>

#include "base/terminal.h"
#include "cluster/instance.h"
#include "cluster/kube_api.h"

namespace harness {

/// Saves what tells why something failed, into `dir`: `pods/NAMESPACE/POD/CONTAINER.log` (and `.previous.log`), `events.txt`,
/// `kind/` (`kind export logs`). What cannot be had is said and skipped: the rest matters all the more.
void save_logs(const Instance& instance, const KubeApi* api, const std::filesystem::path& dir, Terminal& terminal, std::stop_token stop);

}  // namespace harness
