#pragma once

#include <filesystem>
#include <stop_token>

#include "cli/setup.h"

namespace harness {

/// Saves what tells why something failed, into `dir`: `pods/NAMESPACE/POD/CONTAINER.log` (and
/// `.previous.log`), `events.txt`, `kind/` (`kind export logs`). What cannot be had is said and skipped: the
/// rest matters all the more.
void save_logs(const Context& context, const KubeApi* api, const std::filesystem::path& dir,
               std::stop_token stop);

}  // namespace harness
