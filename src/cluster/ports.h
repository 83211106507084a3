#pragma once

#include <string>

namespace harness {

/// Whether nobody of this machine listens where 127.0.0.1:`port` leads. It is asked who listens
/// (/proc/net/tcp), since who may not bind a port below 1024 learns nothing from trying; the Docker engine
/// may. What an engine publishes by packet filters alone is seen only when it is asked to publish it again.
bool is_free_port(int port);

/// The same, of the texts of /proc/net/tcp and tcp6.
bool is_listened_at(const std::string& tcp, const std::string& tcp6, int port);

/// A port of 127.0.0.1 that nobody has at this moment, as the system picks it; -1 where there is none.
int free_port();

/// The inode of the socket that is bound there, which /proc/PID/fd names, too; empty where nobody is.
std::string socket_at(int port, bool is_udp);

/// A port for the gateway on 127.0.0.1: 80 where it is `wanted` and free, else one that the system picks.
int pick_gateway_port(bool wanted = true);

}  // namespace harness
