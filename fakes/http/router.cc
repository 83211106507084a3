#include "http/router.h"

#include <algorithm>
#include <set>
#include <utility>

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

bool fits(const Route& route, const std::vector<std::string>& path) {
  const auto& segments = route.segments;
  if (path.size() < segments.size()) return false;
  size_t at = 0;  // in the path
  for (const auto& segment : segments) {
    const Kind kind = kind_of(segment);
    if (kind == kRest) {
      at += 1 + path.size() - segments.size();
      continue;
    }
    if (kind == kLiteral ? path[at] != segment : path[at].empty()) return false;
    ++at;
  }
  return at == path.size();
}

std::map<std::string, std::string> params_of(const Route& route, const std::vector<std::string>& path) {
  std::map<std::string, std::string> params;
  size_t at = 0;
  for (const auto& segment : route.segments) {
    const size_t end = at + (kind_of(segment) == kRest ? 1 + path.size() - route.segments.size() : 1);
    std::string value = path[at];
    while (++at < end) value += "/" + path[at];
    if (kind_of(segment) != kLiteral) params[name_of(segment)] = value;
  }
  return params;
}

/// What names more goes first: of two that agree so far, the longer one. Patterns of which neither goes first
/// match the same paths.
bool goes_before(const Route& a, const Route& b) {
  const auto &one = a.segments, &other = b.segments;
  for (size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    const Kind kind = kind_of(one[i]), there = kind_of(other[i]);
    if (kind != there) return kind < there;
    if (kind == kLiteral && one[i] != other[i]) return one[i] < other[i];
  }
  return one.size() > other.size();
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
  bool has_rest = false;
  for (const auto& segment : route.segments) {
    const bool braces = segment.find_first_of("{}") != std::string::npos;
    if (braces && (!segment.starts_with('{') || !segment.ends_with('}') || name_of(segment).empty()))
      throw std::invalid_argument("pattern \"" + pattern + "\": \"" + segment +
                                  "\" is neither {name} nor {name...}");
    if (kind_of(segment) == kRest && std::exchange(has_rest, true))
      throw std::invalid_argument("pattern \"" + pattern + "\" has several {name...}");
  }
  const auto place = std::upper_bound(routes_.begin(), routes_.end(), route, goes_before);
  for (auto same = place; same != routes_.begin() && !goes_before(*std::prev(same), route); --same)
    if (std::prev(same)->method == route.method)
      throw std::invalid_argument(route.method + " " + pattern + " is handled already");
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
    if (route.method == method && !found.route)
      found = {.route = &route, .params = params_of(route, segments)};
    if (route.method == "GET" && !as_get) as_get = &route;
  }
  if (!found.route && method == "HEAD" && as_get)
    found = {.route = as_get, .params = params_of(*as_get, segments)};
  for (const auto& one : allowed) found.allow += (found.allow.empty() ? "" : ", ") + one;
  return found;
}

}  // namespace fakes::http
