#include "deploy/gateway/route_rules.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "cluster/objects.h"
#include "deploy/gateway/nginx_words.h"
#include "deploy/gateway/route_filters.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const std::set<std::string> kRuleFields{"name", "matches", "filters", "backendRefs", "timeouts"};

/// One that requests of a rule go to.
struct Share {
  Backend to = {};
  int weight = 1;
  Filters filters = {};
};

class RulesReader {
 public:
  RulesReader(const std::string& component, const Object& route, const Gateways& gateways,
              const Services& services, int& match_id, std::vector<std::string>& remarks)
      : component_(component),
        route_(route),
        is_grpc_(route.kind == "GRPCRoute"),
        gateways_(gateways),
        services_(services),
        match_id_(match_id),
        places_(route, remarks) {}

  RouteRules read() {
    const auto& rules = list_at(route_.body, "/spec/rules");
    for (size_t i = 0; i < rules.size(); ++i) read_rule(rules[i], fmt::format("/spec/rules/{}", i));
    if (rules.empty()) read_rule(Json::object(), "/spec");
    return std::move(read_);
  }

 private:
  void read_rule(const Json& rule, const std::string& pointer) {
    for (const auto& [field, value] : rule.items())
      if (!kRuleFields.contains(field)) places_.remark(pointer + "/" + field, "the gateway does not do this");
    const auto shares = shares_of(rule, pointer);
    const auto& matches = list_at(rule, "/matches");
    for (size_t i = 0; i < matches.size(); ++i)
      add(matches[i], fmt::format("{}/matches/{}", pointer, i), shares);
    if (matches.empty()) add(Json::object(), pointer, shares);
  }

  std::vector<Share> shares_of(const Json& rule, const std::string& pointer) {
    Filters filters;
    const bool can = read_filters(list_at(rule, "/filters"), pointer + "/filters", places_, filters);
    read_mirrors(rule, pointer, filters);
    read_timeouts(rule, pointer, filters);
    if (!can) return {{}};
    if (filters.redirect) {
      auto& redirect = *filters.redirect;
      // All listeners are at one port of the machine, which is where it leads, then.
      if (gateways_.listen_at(redirect.port, redirect.scheme == "https")) redirect.port = 0;
      return {{.filters = filters}};
    }
    std::vector<Share> shares;
    const auto& backends = list_at(rule, "/backendRefs");
    for (size_t i = 0; i < backends.size(); ++i) {
      const auto at = fmt::format("{}/backendRefs/{}", pointer, i);
      Share share{backend_of(backends[i], at), static_cast<int>(number_at(backends[i], "/weight", 1)),
                  filters};
      if (!read_filters(list_at(backends[i], "/filters"), at + "/filters", places_, share.filters))
        share.to.port = 0;
      shares.push_back(std::move(share));
    }
    if (shares.empty()) {
      places_.remark(pointer, "it has no backendRefs: its requests get a 500");
      shares.push_back({});
    }
    return shares;
  }

  void read_mirrors(const Json& rule, const std::string& pointer, Filters& filters) {
    const auto& list = list_at(rule, "/filters");
    for (size_t i = 0; i < list.size(); ++i) {
      if (text_at(list[i], "/type") != "RequestMirror") continue;
      const auto at = fmt::format("{}/filters/{}/requestMirror", pointer, i);
      const auto& mirror = json_at(list[i], "/requestMirror");
      for (const char* field : {"percent", "fraction"})
        if (mirror.contains(field))
          places_.remark(at + "/" + field, "the gateway does not do this: it mirrors each request");
      const auto to = backend_of(json_at(mirror, "/backendRef"), at + "/backendRef");
      if (to.is_http2)
        places_.remark(at + "/backendRef",
                       "the gateway does not mirror HTTP/2: there is no copy of requests");
      else if (to.port > 0)
        filters.mirrors.push_back(to.address());
    }
  }

  void read_timeouts(const Json& rule, const std::string& pointer, Filters& filters) {
    for (const char* field : {"request", "backendRequest"}) {
      const auto text = text_at(json_at(rule, "/timeouts"), (std::string("/") + field).c_str());
      const int ms = milliseconds_of(text, pointer + "/timeouts/" + field, places_);
      if (ms > 0 && (filters.timeout_ms == 0 || ms < filters.timeout_ms)) filters.timeout_ms = ms;
    }
  }

  Backend backend_of(const Json& ref, const std::string& pointer) {
    Backend to{.service = text_at(ref, "/name"), .name_space = text_at(ref, "/namespace")};
    to.is_http2 = is_grpc_;
    const auto kind = text_at(ref, "/kind");
    if (!text_at(ref, "/group").empty() || (!kind.empty() && kind != "Service"))
      return refuse(to, pointer, "InvalidKind",
                    fmt::format("the gateway serves only Services, not a {}", kind));
    if (to.name_space.empty()) to.name_space = route_.name_space;
    if (to.name_space != route_.name_space && !gateways_.grants(route_, to.name_space, "Service", to.service))
      return refuse(to, pointer, "RefNotPermitted",
                    fmt::format("no ReferenceGrant of namespace {} lets {}s of {} use its Services",
                                to.name_space, route_.kind, route_.name_space));
    const auto number = number_at(ref, "/port");
    const auto* service = services_.find(to.name_space, to.service);
    if (number == 0) return refuse(to, pointer, "BackendNotFound", "it has no port");
    if (!service) {
      to.port = static_cast<int>(number);  // an operator may make it
      return to;
    }
    auto found = services_.port(*service, std::to_string(number));
    if (!found.problem.empty()) return refuse(to, pointer, "BackendNotFound", found.problem);
    found.to.is_http2 = found.to.is_http2 || is_grpc_;
    return found.to;
  }

  Backend refuse(Backend to, const std::string& pointer, const std::string& reason,
                 const std::string& problem) {
    places_.remark(pointer, problem + ": its requests get a 500");
    read_.reason = reason;
    read_.problem = problem;
    to.port = 0;
    return to;
  }

  void add(const Json& match, const std::string& pointer, const std::vector<Share>& shares) {
    Route route{.component = component_, .path = "/", .to = {}, .claimed_by = places_.at()};
    is_grpc_ ? read_method(json_at(match, "/method"), pointer + "/method", route)
             : read_path(json_at(match, "/path"), pointer + "/path", route);
    if (!is_grpc_)
      if (const auto method = text_at(match, "/method"); !method.empty())
        route.conditions.push_back({.of = Condition::Of::method, .value = method});
    if (!read_conditions(match, pointer, "headers", Condition::Of::header, route.conditions)) return;
    if (!read_conditions(match, pointer, "queryParams", Condition::Of::query, route.conditions)) return;
    route.match_id = ++match_id_;
    for (const auto& share : shares) {
      route.to = share.to;
      route.weight = share.weight;
      route.filters = share.filters;
      read_.routes.push_back(route);
    }
  }

  void read_path(const Json& path, const std::string& pointer, Route& route) {
    if (!path.is_object()) return;
    const auto type = text_at(path, "/type");
    if (const auto value = text_at(path, "/value"); !value.empty()) route.path = value;
    if (type == "RegularExpression") {
      route.match = Route::Match::pattern;
      check_pattern(route.path, pointer + "/value");
      return;
    }
    if (route.path[0] != '/')
      places_.fail(pointer + "/value", fmt::format("\"{}\" must begin with /", route.path));
    route.path = percent_decoded(route.path);
    if (type == "Exact")
      route.match = Route::Match::exact;
    else
      while (route.path.size() > 1 && route.path.back() == '/') route.path.pop_back();
  }

  /// A call of gRPC is a request to /SERVICE/METHOD.
  void read_method(const Json& method, const std::string& pointer, Route& route) {
    const auto service = text_at(method, "/service"), name = text_at(method, "/method");
    if (service.empty() && name.empty()) return;
    if (text_at(method, "/type") == "RegularExpression") {
      check_pattern(service, pointer + "/service");
      check_pattern(name, pointer + "/method");
      route.match = Route::Match::pattern;
      route.path =
          fmt::format("/(?:{})/(?:{})", service.empty() ? "[^/]+" : service, name.empty() ? "[^/]+" : name);
    } else if (service.empty()) {
      route.match = Route::Match::pattern;
      route.path = "/[^/]+/" + literal(name);
    } else {
      route.match = name.empty() ? Route::Match::prefix : Route::Match::exact;
      route.path = "/" + service + (name.empty() ? "" : "/" + name);
    }
  }

  /// False where the gateway cannot look at one of them: then no request matches.
  bool read_conditions(const Json& match, const std::string& pointer, const std::string& key,
                       Condition::Of of, std::vector<Condition>& conditions) {
    const auto& list = list_at(match, ("/" + key).c_str());
    for (size_t i = 0; i < list.size(); ++i) {
      const auto at = fmt::format("{}/{}/{}", pointer, key, i);
      Condition condition{of, text_at(list[i], "/name"), text_at(list[i], "/value"),
                          text_at(list[i], "/type") == "RegularExpression"};
      if (condition.is_regex) check_pattern(condition.value, at + "/value");
      if (of == Condition::Of::header && header_variable(condition.name).empty()) {
        places_.remark(
            at + "/name",
            fmt::format("the gateway cannot look at a header \"{}\": no request matches", condition.name));
        return false;
      }
      conditions.push_back(std::move(condition));
    }
    return true;
  }

  void check_pattern(const std::string& pattern, const std::string& pointer) const {
    if (const auto problem = pattern_problem(pattern); !problem.empty())
      places_.fail(pointer, fmt::format("\"{}\" is not a regular expression: {}", pattern, problem));
  }

  const std::string& component_;
  const Object& route_;
  const bool is_grpc_;
  const Gateways& gateways_;
  const Services& services_;
  int& match_id_;
  const Places places_;
  RouteRules read_;
};

}  // namespace

RouteRules read_rules(const std::string& component, const Object& route, const Gateways& gateways,
                      const Services& services, int& match_id, std::vector<std::string>& remarks) {
  return RulesReader(component, route, gateways, services, match_id, remarks).read();
}

}  // namespace harness
