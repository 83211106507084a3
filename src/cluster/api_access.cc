#include "cluster/api_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/proxies.h"
#include "base/text.h"

namespace harness {

namespace {

using Lines = std::vector<std::string>;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

/// A line more would be another header. The value is secret.
void add(Lines& lines, const std::string& name, const std::string& value) {
  if (std::any_of(value.begin(), value.end(), is_control))
    throw Error("the kubeconfig's user has control characters in what is to be sent as " + name,
                {.hint = "look at token, tokenFile and as of the user", .exit_code = kCluster});
  lines.push_back(name + ": " + value);
}

/// A file that somebody else renews. Read for each request: that takes less than remembering when it was.
/// Where it cannot be read, or is empty, the token is that of before, as for client-go.
class TokenFile {
 public:
  TokenFile(std::filesystem::path file, std::string token)
      : file_(std::move(file)), token_(std::move(token)) {}
  std::string token() {
    const std::lock_guard lock(mutex_);
    try {
      if (auto now = trim(read_file(file_)); !now.empty()) token_ = std::move(now);
    } catch (const std::runtime_error&) {  // it is being renewed
    }
    return token_;
  }

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;
  std::string token_;
};

/// As client-go writes it: https://pkg.go.dev/k8s.io/client-go/transport#ImpersonateUserExtraHeaderPrefix.
std::string escaped(const std::string& key) {
  std::string text;
  for (const unsigned char c : key)
    text +=
        std::isalnum(c) || std::string_view("!#$&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos
            ? std::string(1, static_cast<char>(c))
            : fmt::format("%{:02X}", c);
  return text;
}

Lines impersonation(const Kubeconfig::User& user) {
  Lines lines;
  if (user.as.empty()) return lines;
  add(lines, "Impersonate-User", user.as);
  if (!user.as_uid.empty()) add(lines, "Impersonate-Uid", user.as_uid);
  for (const auto& group : user.as_groups) add(lines, "Impersonate-Group", group);
  for (const auto& [key, values] : user.as_extra)
    for (const auto& value : values) add(lines, "Impersonate-Extra-" + escaped(key), value);
  return lines;
}

std::function<Lines()> headers_of(const Kubeconfig::User& user) {
  auto lines = impersonation(user);
  if (!user.token_file.empty())
    return [lines, file = std::make_shared<TokenFile>(user.token_file, user.token)] {
      auto all = lines;
      add(all, "Authorization", "Bearer " + file->token());
      return all;
    };
  if (!user.token.empty()) add(lines, "Authorization", "Bearer " + user.token);
  if (!user.name.empty() || !user.password.empty())
    add(lines, "Authorization", "Basic " + base64_encoded(user.name + ":" + user.password));
  return [lines] { return lines; };
}

/// As Go's net/http has it (https://pkg.go.dev/net/http#ProxyFromEnvironment), which reads no ALL_PROXY.
bool is_proxy_set(const std::string& address) {
  const auto variables = proxy_variables();
  return address.starts_with("https:")
             ? variables.contains("HTTPS_PROXY") || variables.contains("https_proxy")
             : variables.contains("HTTP_PROXY") || variables.contains("http_proxy");
}

std::string address_of(const Kubeconfig& kubeconfig) {
  auto address = kubeconfig.cluster.server;
  while (address.ends_with('/')) address.pop_back();
  if (address.find("://") != std::string::npos) return address;
  const auto& cluster = kubeconfig.cluster;
  const bool is_tls =
      !cluster.authority.empty() || cluster.believes_anybody || !kubeconfig.user.certificate.empty();
  return (is_tls ? "https://" : "http://") + address;
}

std::optional<std::string> proxy_of(const std::string& address, std::string proxy) {
  if (proxy.empty())
    return is_proxy_set(address) && !is_on_loopback(address) ? std::nullopt : std::optional("");
  // Names are looked up by the proxy, as with Go.
  if (proxy.starts_with("socks5://")) proxy.insert(std::string_view("socks5").size(), "h");
  return proxy;
}

}  // namespace

bool takes_kubectl(const Kubeconfig& kubeconfig) {
  const auto address = address_of(kubeconfig);
  const auto& cluster = kubeconfig.cluster;
  // NO_PROXY is about the server's own name, which libcurl is not told then.
  const bool is_renamed = !cluster.server_name.empty() && !proxy_of(address, cluster.proxy);
  // https://pkg.go.dev/crypto/x509#SystemCertPool
  const bool is_trusted_as_in_go = address.starts_with("https:") && cluster.authority.empty() &&
                                   !cluster.believes_anybody &&
                                   (std::getenv("SSL_CERT_FILE") || std::getenv("SSL_CERT_DIR"));
  return kubeconfig.user.logs_in_by_program || is_renamed || is_trusted_as_in_go ||
         address.find('@') != std::string::npos;
}

ApiAccess access_of(const Kubeconfig& kubeconfig) {
  const auto address = address_of(kubeconfig);
  const auto& [cluster, user] = kubeconfig;
  return {address,
          {.authority = cluster.authority,
           .believes_anybody = cluster.believes_anybody,
           .name = cluster.server_name,
           .certificate = user.certificate,
           .key = user.key,
           .headers = headers_of(user),
           .proxy = proxy_of(address, cluster.proxy)}};
}

}  // namespace harness
