#pragma once

#include <string>

#include "deploy/gateway/route.h"

namespace harness {

/// Where KIND puts it (serviceSubnet 10.96.0.0/16).
inline constexpr const char* kKindDns = "10.96.0.10";

/// The path at which the gateway asks a backend for "/", by HTTP/1.1 or 2, whichever it takes.
std::string probe_path(const Backend& to);

/// nginx's configuration (1.25.1 or later): HTTP/1.1, WebSockets and HTTP/2 without TLS on port 80; what is
/// gRPC goes on by HTTP/2. What is not rewritten passes as it was sent, encoded characters too; bodies
/// stream both ways. A Service that is not there yet answers 502, one that nobody knows 503, a path without
/// route 404. `dns`: the address of the cluster's DNS server.
std::string nginx_config(const Reach& reach, const std::string& dns = kKindDns);

}  // namespace harness
