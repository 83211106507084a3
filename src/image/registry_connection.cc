#include "image/registry_connection.h"

#include <chrono>

#include "base/error.h"

namespace harness {

namespace {

const HttpClient::Limits kLimits{.idle = std::chrono::seconds(60), .least = 1024};
constexpr int kRedirects = 5;

std::string header(const HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? "" : found->second;
}

bool is_redirect(const HttpRequest& request, const HttpResponse& response) {
  const auto status = response.status;
  return (request.method == "GET" || request.method == "HEAD") &&
         (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

/// Whether anything speaks HTTP there, whatever it says.
bool answers(const RegistryUrl& url, const RegistryTls& tls, const Deadline& deadline) {
  try {
    HttpClient(url.origin(), kLimits, tls.to_registry()).head_of({.path = "/v2/"}, deadline);
    return true;
  } catch (const HttpError&) {
    return false;
  }
}

/// It may be a token server's or a store's, which what() begins with.
Error not_believed(const std::string& host, const HttpError& e) {
  const auto folder = "/etc/docker/certs.d/" + host;
  return Error(
      "TLS with the registry at " + host + " fails: " + e.what(),
      {.hint = "put the certificate of its authority into " + folder +
               "/ca.crt, which docker's engine reads, too; a client's certificate that it asks for is "
               "client.cert there, with client.key",
       .exit_code = kBuild});
}

}  // namespace

RegistryConnection::Endpoint::Endpoint(RegistryUrl where, const RegistryTls& how)
    : url(std::move(where)), tls(how), client(url.origin(), kLimits, tls.to_registry()), login(url, tls) {}

RegistryConnection::RegistryConnection(std::string host) : host_(std::move(host)) {}

std::string RegistryConnection::address() const {
  const std::lock_guard lock(mutex_);
  return endpoint_ ? endpoint_->url.origin() : (is_loopback(host_) ? "http://" : "https://") + host_;
}

RegistryConnection::Endpoint& RegistryConnection::endpoint(const Deadline& deadline) const {
  const std::lock_guard lock(mutex_);
  if (!endpoint_) endpoint_ = find_endpoint(deadline);
  return *endpoint_;
}

std::unique_ptr<RegistryConnection::Endpoint> RegistryConnection::find_endpoint(
    const Deadline& deadline) const {
  const RegistryUrl plain{"http", host_, "/"}, secure{"https", host_, "/"};
  if (is_loopback(host_)) return std::make_unique<Endpoint>(plain, RegistryTls{});
  auto tls = registry_tls(host_);
  try {
    HttpClient(secure.origin(), kLimits, tls.to_registry()).head_of({.path = "/v2/"}, deadline);
    return std::make_unique<Endpoint>(secure, tls);
  } catch (const HttpError&) {
    if (!engine_lists_insecure(host_, deadline.stop())) throw;
    tls.verify = false;
    if (answers(secure, tls, deadline)) return std::make_unique<Endpoint>(secure, tls);
    if (answers(plain, {}, deadline)) return std::make_unique<Endpoint>(plain, RegistryTls{});
    throw;
  }
}

HttpResponse RegistryConnection::send(const HttpRequest& request, const std::vector<std::string>& scopes,
                                      const Deadline& deadline) const {
  try {
    auto& at = endpoint(deadline);
    auto own = request;
    const auto with = [&](const std::string& authorization) {
      if (!authorization.empty()) own.headers["Authorization"] = authorization;
      return at.client.send(own, deadline);
    };
    const auto known = at.login.authorization(scopes, deadline);
    auto response = with(known);
    if (response.status == 401) {
      response = with(at.login.answer_to(header(response, "www-authenticate"), scopes, known, deadline));
      if (response.status == 401) at.login.fail_denied(scopes, response);
    }
    if (response.status == 403 && at.login.is_asked()) at.login.fail_denied(scopes, response);
    auto url = at.url;
    url.path = own.path;
    for (int i = 0; i < kRedirects && is_redirect(request, response); ++i) {
      const auto next = resolve(url, header(response, "location"));
      if (!next) break;
      own.path = next->path;
      response = next->origin() == at.url.origin() ? at.client.send(own, deadline)
                                                   : send_elsewhere(*next, request, deadline);
      url = *next;
    }
    return response;
  } catch (const HttpError& e) {
    if (e.kind == HttpError::Kind::untrusted) throw not_believed(host_, e);
    throw;
  }
}

HttpResponse RegistryConnection::send_elsewhere(const RegistryUrl& url, HttpRequest request,
                                                const Deadline& deadline) const {
  request.path = url.path;
  return HttpClient(url.origin(), kLimits, endpoint(deadline).tls.to_others()).send(request, deadline);
}

RegistryConnection::NodeHosts RegistryConnection::node_hosts(const Deadline& deadline) const {
  if (is_loopback(host_)) return {};
  const auto& at = endpoint(deadline);
  const bool is_plain = at.url.scheme == "http";
  if (!is_plain && at.tls.verify && at.tls.authorities.empty()) return {};
  NodeHosts hosts{"server = \"" + at.url.origin() + "\"\n\n[host.\"" + at.url.origin() + "\"]\n", {}};
  if (is_plain) return hosts;
  if (!at.tls.verify) return hosts.toml += "  skip_verify = true\n", hosts;
  hosts.toml += "  ca = \"ca.crt\"\n";
  hosts.authorities = at.tls.authorities;
  return hosts;
}

}  // namespace harness
