#include "image/registry_tls.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/environment.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{20};  ///< with an engine that hangs

[[noreturn]] void fail(const std::string& host, const std::string& why, const std::string& hint) {
  throw Error("the certificates for the registry at " + host + " cannot be used: " + why,
              {.hint = hint, .exit_code = kBuild});
}

std::string text_of(const std::string& host, const fs::path& file) {
  try {
    return read_file(file) + "\n";
  } catch (const std::runtime_error& e) {
    fail(host, e.what(), "docker's engine reads it as root: let your user read it, too");
  }
}

/// Bytes of an address, in the network's order; empty where it is none.
std::string bytes_of(const std::string& address) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, address.c_str(), bytes) == 1) return {bytes, bytes + 4};
  if (inet_pton(AF_INET6, address.c_str(), bytes) == 1) return {bytes, bytes + 16};
  return "";
}

bool is_in(const std::string& subnet, const std::string& address) {
  const auto slash = subnet.find('/');
  if (slash == std::string::npos) return false;
  const auto network = bytes_of(subnet.substr(0, slash)), one = bytes_of(address);
  const auto bits = std::strtoul(subnet.c_str() + slash + 1, nullptr, 10);
  if (network.empty() || network.size() != one.size() || bits > 8 * network.size()) return false;
  for (size_t bit = 0; bit < bits; ++bit)
    if (((network[bit / 8] ^ one[bit / 8]) >> (7 - bit % 8)) & 1) return false;
  return true;
}

std::vector<std::string> addresses_of(const std::string& host) {
  std::string name = host.substr(0, host.rfind(':'));
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  addrinfo* found = nullptr;
  const addrinfo wanted{.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  if (getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) return {};
  std::vector<std::string> addresses;
  for (const auto* one = found; one; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.emplace_back(text);
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

std::vector<fs::path> certificate_folders() {
  const auto config = environment_variable("XDG_CONFIG_HOME");
  return {"/etc/docker/certs.d",
          fs::path(config.empty() ? environment_variable("HOME") + "/.config" : config) / "docker/certs.d"};
}

HttpAccess RegistryTls::to_registry() const {
  auto access = to_others();
  access.believes_anybody = !verify;
  access.certificate = certificate;
  access.key = key;
  return access;
}

HttpAccess RegistryTls::to_others() const {
  return {.authority = authorities.empty() ? "" : authorities + system_authorities()};
}

RegistryTls registry_tls(const std::string& host, const std::vector<fs::path>& folders) {
  RegistryTls tls;
  std::error_code unseen;
  const auto found = std::find_if(folders.begin(), folders.end(),
                                  [&](const fs::path& one) { return fs::is_directory(one / host, unseen); });
  if (found == folders.end()) return tls;
  std::vector<fs::path> files;
  try {
    for (const auto& entry : fs::directory_iterator(*found / host)) files.push_back(entry.path());
  } catch (const fs::filesystem_error& e) {
    fail(host, e.what(), "docker's engine reads it as root: let your user read it, too");
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    if (file.extension() == ".crt") tls.authorities += text_of(host, file);
    const bool is_certificate = file.extension() == ".cert";
    if (!is_certificate && file.extension() != ".key") continue;
    auto other = file;
    other.replace_extension(is_certificate ? ".key" : ".cert");
    if (!fs::exists(other))
      fail(host, file.string() + " is there, and " + other.filename().string() + " is missing",
           "a client's certificate is NAME.cert, its key NAME.key; an authority's is NAME.crt");
    if (!is_certificate || !tls.certificate.empty()) continue;
    tls.certificate = text_of(host, file);
    tls.key = text_of(host, other);
  }
  return tls;
}

bool is_listed_insecure(const std::string& config, const std::string& host,
                        const std::vector<std::string>& addresses) {
  const auto lists = Json::parse(config, nullptr, false);
  if (!lists.is_object()) return false;
  const auto indexes = lists.value("IndexConfigs", Json()),
             subnets = lists.value("InsecureRegistryCIDRs", Json());
  if (indexes.is_object())
    if (const auto own = indexes.find(host); own != indexes.end() && own->is_object())
      return !own->value("Secure", true);
  if (!subnets.is_array()) return false;
  for (const auto& subnet : subnets)
    for (const auto& address : addresses)
      if (subnet.is_string() && is_in(subnet.get<std::string>(), address)) return true;
  return false;
}

bool engine_lists_insecure(const std::string& host, std::stop_token stop) {
  try {
    const auto result =
        run({.args = {"docker", "info", "--format", "{{json .RegistryConfig}}"}, .timeout = kPatience}, stop);
    return result.ok() && is_listed_insecure(result.out, host, addresses_of(host));
  } catch (const Error&) {  // there is no docker
    return false;
  }
}

}  // namespace harness
