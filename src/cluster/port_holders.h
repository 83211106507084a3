#pragma once

#include <optional>
#include <string>

namespace harness {

/// Who has a port of 127.0.0.1, for a message: "container web", "nginx (process 12)". Nothing where nobody
/// has it, or a node of `cluster`. Asks the Docker engine, too: what it publishes by packet filters alone no
/// process listens at.
std::optional<std::string> port_holder(int port, bool is_udp, const std::string& cluster);

}  // namespace harness
