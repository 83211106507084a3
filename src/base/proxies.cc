#include "base/proxies.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace harness {

namespace {

constexpr const char* kNames[] = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
                                  "http_proxy", "https_proxy", "all_proxy", "no_proxy"};

bool is_list(const std::string& name) { return name == "NO_PROXY" || name == "no_proxy"; }

std::vector<std::string> items_of(const std::string& list) {
  std::vector<std::string> items;
  for (const auto& item : split(list, ','))
    if (auto trimmed = trim(item); !trimmed.empty()) items.push_back(std::move(trimmed));
  return items;
}

const RE2& pattern() {
  static const RE2 proxy(R"(([A-Za-z][A-Za-z0-9+.-]*://)?([^/]*@)?(\[[^\]]*\]|[^:/?#]*)(?::([0-9]*))?(.*))");
  return proxy;
}

}  // namespace

std::map<std::string, std::string> proxy_variables() {
  std::map<std::string, std::string> found;
  for (const auto* name : kNames)
    if (const char* value = std::getenv(name); value && *value) found[name] = value;
  return found;
}

bool names_proxy(const std::map<std::string, std::string>& variables) {
  return std::any_of(variables.begin(), variables.end(), [](const auto& one) { return !is_list(one.first); });
}

std::string with_hosts(const std::string& list, const std::vector<std::string>& hosts) {
  auto items = items_of(list);
  const auto has = [&](const std::string& item) {
    return std::find(items.begin(), items.end(), item) != items.end();
  };
  if (has("*")) return list;
  std::string text = trim(list);
  while (text.ends_with(',')) text.pop_back();
  for (const auto& host : hosts) {
    if (host.empty() || has(host)) continue;
    items.push_back(host);
    text += (text.empty() ? "" : ",") + host;
  }
  return text;
}

void exempt_from_proxies(const std::vector<std::string>& hosts) {
  const auto variables = proxy_variables();
  if (!names_proxy(variables)) return;
  const auto value = [&](const char* name, const char* other) {
    const auto own = variables.find(name), same = variables.find(other);
    return own != variables.end() ? own->second : same != variables.end() ? same->second : "";
  };
  const auto upper = with_hosts(value("NO_PROXY", "no_proxy"), hosts),
             lower = with_hosts(value("no_proxy", "NO_PROXY"), hosts);
  setenv("NO_PROXY", upper.c_str(), 1);
  setenv("no_proxy", lower.c_str(), 1);
}

ProxyAddress proxy_address(std::string_view proxy) {
  std::string scheme, user, host, port, rest;
  if (!RE2::FullMatch(re2::StringPiece(proxy.data(), proxy.size()), pattern(), &scheme, &user, &host, &port,
                      &rest))
    return {};
  return {host, port.empty() ? 0 : std::atoi(port.c_str())};
}

bool is_on_loopback(std::string_view proxy) {
  static const RE2 loopback(
      R"((?i)localhost\.?|[^.]+\.localhost|127(?:\.[0-9]+){0,3}|0|0\.0\.0\.0|\[::1?\]|\[::ffff:127\.[0-9.]+\])");
  return RE2::FullMatch(proxy_address(proxy).host, loopback);
}

std::string with_proxy_host(const std::string& proxy, const std::string& other) {
  std::string scheme, user, host, port, rest;
  if (!RE2::FullMatch(proxy, pattern(), &scheme, &user, &host, &port, &rest)) return proxy;
  return scheme + user + other + (port.empty() ? "" : ":" + port) + rest;
}

std::vector<std::string> proxy_build_args() {
  std::vector<std::string> args;
  const auto variables = proxy_variables();
  const auto is_usable = [](const auto& one) { return !is_list(one.first) && !is_on_loopback(one.second); };
  if (std::none_of(variables.begin(), variables.end(), is_usable)) return args;
  for (const auto& one : variables)
    if (is_list(one.first) || is_usable(one))
      args.insert(args.end(), {"--build-arg", one.first});  // the value is taken from the environment
  return args;
}

}  // namespace harness
