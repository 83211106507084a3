#include "deploy/gateway/ingress_annotations.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

constexpr const char* kPrefix = "nginx.ingress.kubernetes.io/";
/// What the gateway does whatever the value is.
const std::set<std::string> kWithoutEffect{"proxy-http-version", "websocket-services"};
/// What it does anyway, by this value.
const std::map<std::string, std::string> kAlreadySo{{"proxy-buffering", "off"},
                                                    {"proxy-request-buffering", "off"},
                                                    {"enable-cors", "false"},
                                                    {"ssl-passthrough", "false"}};
/// nginx's directives of seconds.
const std::map<std::string, std::vector<const char*>> kSeconds{
    {"proxy-connect-timeout", {"proxy_connect_timeout", "grpc_connect_timeout"}},
    {"proxy-read-timeout", {"proxy_read_timeout", "grpc_read_timeout"}},
    {"proxy-send-timeout", {"proxy_send_timeout", "grpc_send_timeout"}}};

class Annotations {
 public:
  Annotations(const Object& ingress,
              const std::function<void(const std::string&, const std::string&)>& remark)
      : ingress_(ingress), remark_(remark) {}

  IngressSettings read() {
    for (const auto& [name, value] : json_at(ingress_.body, "/metadata/annotations").items())
      if (value.is_string()) read(name, value.get<std::string>());
    return settings_;
  }

 private:
  void read(const std::string& name, const std::string& value) {
    if (!name.starts_with(kPrefix)) {
      if (name.find("ingress.kubernetes.io/") != std::string::npos)
        remark_(name, "it belongs to another ingress controller, and has no effect here");
      return;
    }
    const auto key = name.substr(std::string(kPrefix).size());
    if (key == "rewrite-target") {
      if (!RE2::FullMatch(value, R"(/(?:[^$\s]|\$[0-9]+)*)"))
        fail(name, value, "a path, with $1, $2 .. for groups of the path's regular expression");
      settings_.rewrite = value;
      settings_.is_regex = true;  // as ingress-nginx reads paths beside it
    } else if (key == "ssl-redirect" || key == "force-ssl-redirect") {
      settings_.redirects_to_https = is_true(name, value) || settings_.redirects_to_https;
    } else if (key == "use-regex") {
      settings_.is_regex = settings_.is_regex || is_true(name, value);
    } else if (key == "proxy-body-size") {
      if (!RE2::FullMatch(value, "[0-9]{1,9}[kKmMgG]?")) fail(name, value, "a size such as 8m; 0 is none");
      settings_.settings["client_max_body_size"] = value;
    } else if (const auto seconds = kSeconds.find(key); seconds != kSeconds.end()) {
      if (!RE2::FullMatch(value, "[1-9][0-9]{0,6}")) fail(name, value, "a number of seconds such as 60");
      for (const char* directive : seconds->second) settings_.settings[directive] = value + "s";
    } else if (key == "x-forwarded-prefix") {
      if (!RE2::FullMatch(value, "/[A-Za-z0-9._~/-]*")) fail(name, value, "a path");
      settings_.forwarded_prefix = value;
    } else if (key == "backend-protocol" && (value == "HTTP" || value == "GRPC")) {
      settings_.is_grpc = value == "GRPC";
    } else if (const auto same = kAlreadySo.find(key); same != kAlreadySo.end() && same->second == value) {
      return;
    } else if (!kWithoutEffect.contains(key)) {
      remark_(name, fmt::format("the gateway does not do this ({})", value));
    }
  }

  bool is_true(const std::string& name, const std::string& value) const {
    if (value != "true" && value != "false") fail(name, value, "\"true\" or \"false\"");
    return value == "true";
  }

  [[noreturn]] void fail(const std::string& name, const std::string& value, const std::string& wanted) const {
    std::string pointer = "/metadata/annotations/";
    for (const char c : name) pointer += c == '/' ? std::string("~1") : std::string(1, c);
    throw Error(fmt::format("{}: annotation {} must be {}, not \"{}\"", place_of(ingress_, pointer), name,
                            wanted, value),
                {.exit_code = kUsage});
  }

  const Object& ingress_;
  const std::function<void(const std::string&, const std::string&)>& remark_;
  IngressSettings settings_;
};

}  // namespace

IngressSettings read_annotations(const Object& ingress,
                                 const std::function<void(const std::string&, const std::string&)>& remark) {
  return Annotations(ingress, remark).read();
}

}  // namespace harness
