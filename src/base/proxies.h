#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

// HTTP_PROXY and its like, which programs read in either case (https://curl.se/docs/manpage.html#ENVIRONMENT,
// https://pkg.go.dev/golang.org/x/net/http/httpproxy).

/// Those of HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in both cases, that are set and not empty.
std::map<std::string, std::string> proxy_variables();
/// Whether one of them names a proxy.
bool names_proxy(const std::map<std::string, std::string>& variables);

/// `list` (a value of NO_PROXY) with those of `hosts` that it does not have; "*" has all.
std::string with_hosts(const std::string& list, const std::vector<std::string>& hosts);

/// Where a proxy is named: adds `hosts` to this process's NO_PROXY and no_proxy, which its children inherit.
/// What the user wrote there stays.
void exempt_from_proxies(const std::vector<std::string>& hosts);

/// HOST and PORT of a proxy ("http://user@127.0.0.1:8888" or "127.0.0.1:8888"; the port is 0 where it names
/// none).
struct ProxyAddress {
  std::string host;
  int port = 0;
};
ProxyAddress proxy_address(std::string_view proxy);
/// It listens on this machine's loopback address, which is another one in each container.
bool is_on_loopback(std::string_view proxy);
/// The same with another host.
std::string with_proxy_host(const std::string& proxy, const std::string& host);

/// Options for `docker build`, which gives its containers no proxy by itself: predefined arguments, which no
/// layer keeps (https://docs.docker.com/reference/dockerfile/#predefined-args). Without proxies that a
/// container does not reach.
std::vector<std::string> proxy_build_args();

}  // namespace harness
