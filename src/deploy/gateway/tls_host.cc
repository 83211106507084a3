#include "deploy/gateway/tls_host.h"

namespace harness {

bool is_for(const std::string& wildcard, const std::string& host) {
  if (!wildcard.starts_with('*') || wildcard == host) return wildcard == host;
  const bool is_deep = wildcard.starts_with("**");
  const auto suffix = wildcard.substr(is_deep ? 2 : 1);
  if (host.size() <= suffix.size() || !host.ends_with(suffix)) return false;
  if (host.starts_with('*')) return is_deep;
  return is_deep || host.find('.') == host.size() - suffix.size();
}

const TlsHost* tls_of(const std::vector<TlsHost>& hosts, const std::string& host) {
  const TlsHost* found = nullptr;
  for (const auto& one : hosts) {
    if (one.host == host) return &one;
    if ((one.host.empty() || is_for(one.host, host)) && (!found || found->host.size() < one.host.size()))
      found = &one;
  }
  return found;
}

}  // namespace harness
