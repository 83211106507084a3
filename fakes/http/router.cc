#include "http/router.h"

#include <algorithm>
#include <set>

namespace fakes::http {

namespace {

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> segments;
  for (size_t begin = 1; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

enum Kind { kLiteral, kOne, kRest };

Kind kind_of(const std::string& segment) {
  if (!segment.starts_with('{')) return kLiteral;
  return segment.ends_with("...}") ? kRest : kOne;
}

std::string name_of(const std::string& segment) {
  return segment.substr(1, segment.size() - (kind_of(segment) == kRest ? 5 : 2));
}

/// Patterns with the same shape match the same paths.
std::vector<std::pair<Kind, std::string>> shape_of(const Route& route) {
  std::vector<std::pair<Kind, std::string>> shape;
  for (const auto& segment : route.segments)
    shape.emplace_back(kind_of(segment), kind_of(segment) == kLiteral ? segment : "");
  return shape;
}

bool fits(const Route& route, const std::vector<std::string>& path) {
  const auto& segments = route.segments;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (i >= path.size()) return false;
    const Kind kind = kind_of(segments[i]);
    if (kind == kRest) return true;
    if (kind == kLiteral ? path[i] != segments[i] : path[i].empty()) return false;
  }
  return path.size() == segments.size();
}

std::map<std::string, std::string> params_of(const Route& route, const std::vector<std::string>& path) {
  std::map<std::string, std::string> params;
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const auto& segment = route.segments[i];
    if (kind_of(segment) == kRest) {
      std::string rest = path[i];
      for (size_t next = i + 1; next < path.size(); ++next) rest += "/" + path[next];
      params[name_of(segment)] = rest;
      return params;
    }
    if (kind_of(segment) == kOne) params[name_of(segment)] = path[i];
  }
  return params;
}

}  // namespace

void Router::handle(const std::string& method, const std::string& pattern, Handler handler,
                    std::size_t body_limit) {
  add({.method = method, .handler = std::move(handler), .body_limit = body_limit}, pattern);
}

void Router::stream(const std::string& method, const std::string& pattern, StreamHandler handler) {
  add({.method = method, .stream = std::move(handler)}, pattern);
}

void Router::add(Route route, const std::string& pattern) {
  if (!pattern.starts_with('/'))
    throw std::invalid_argument("pattern \"" + pattern + "\" does not begin with /");
  route.segments = split(pattern);
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const auto& segment = route.segments[i];
    const bool braces = segment.find_first_of("{}") != std::string::npos;
    if (braces && (!segment.starts_with('{') || !segment.ends_with('}') || name_of(segment).empty()))
      throw std::invalid_argument("pattern \"" + pattern + "\": \"" + segment +
                                  "\" is neither {name} nor {name...}");
    if (kind_of(segment) == kRest && i + 1 != route.segments.size())
      throw std::invalid_argument("pattern \"" + pattern + "\": nothing can follow " + segment);
  }
  for (const auto& other : routes_)
    if (other.method == route.method && shape_of(other) == shape_of(route))
      throw std::invalid_argument(route.method + " " + pattern + " is handled already");
  const auto place = std::find_if(routes_.begin(), routes_.end(),
                                  [&](const Route& other) { return shape_of(route) < shape_of(other); });
  routes_.insert(place, std::move(route));
}

Match Router::match(const std::string& method, const std::string& path) const {
  auto segments = split(path);
  for (auto& segment : segments) segment = percent_decoded(segment);
  const Route* as_get = nullptr;
  std::set<std::string> allowed;
  Match found;
  for (const auto& route : routes_) {
    if (!fits(route, segments)) continue;
    allowed.insert(route.method);
    if (route.method == "GET") allowed.insert("HEAD");
    if (route.method == method && !found.route) found = {.route = &route, .params = params_of(route, segments)};
    if (route.method == "GET" && !as_get) as_get = &route;
  }
  if (!found.route && method == "HEAD" && as_get)
    found = {.route = as_get, .params = params_of(*as_get, segments)};
  for (const auto& one : allowed) found.allow += (found.allow.empty() ? "" : ", ") + one;
  return found;
}

}  // namespace fakes::http
