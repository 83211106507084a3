#include "deploy/gateway/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "deploy/gateway/nginx_route.h"
#include "deploy/gateway/nginx_words.h"

namespace harness {

namespace {

using Match = Route::Match;

long count(const Route& route, Condition::Of of) {
  return std::count_if(route.conditions.begin(), route.conditions.end(),
                       [&](const auto& condition) { return condition.of == of; });
}

/// Those of one match stay beside each other.
auto rank(const Route* route) {
  const int kind = route->match == Match::exact      ? 0
                   : route->match == Match::pattern  ? 1
                   : route->match == Match::fallback ? 3
                                                     : 2;
  return std::tuple(kind, -static_cast<long>(route->path.size()), -count(*route, Condition::Of::method),
                    -count(*route, Condition::Of::header), -count(*route, Condition::Of::query),
                    route->match_id);
}

/// The pattern of a route's path; empty where any path will do.
std::string path_pattern(const Route& route) {
  switch (route.match) {
    case Match::exact:
      return "~^" + literal(route.path) + R"(\z)";
    case Match::regex:
      return "~*^" + route.path;
    case Match::pattern:
      return "~^(?:" + route.path + R"()\z)";
    case Match::fallback:
      return "";
    case Match::prefix:
      break;
  }
  if (route.path == "/") return "";
  return "~^" + literal(route.path) + (route.strip ? "/" : R"((?:/|\z))");
}

/// nginx takes two digits, and no zero.
double percent(long part, long total) {
  return std::max(0.01, static_cast<double>(part * 10000 / total) / 100);
}

class Dispatcher {
 public:
  explicit Dispatcher(size_t server) : server_(server) {}

  Dispatch write(const std::vector<const Route*>& routes, const std::string& no_route) {
    locations_ =
        fmt::format("    location / {{\n      error_page 418 = {};\n      return 418;\n    }}\n", choice(0));
    size_t choices = 0;
    for (size_t begin = 0, end = 0; begin < routes.size(); begin = end) {
      for (end = begin + 1; end < routes.size() && is_same_match(*routes[begin], *routes[end]);) ++end;
      const auto target =
          target_of({routes.begin() + static_cast<long>(begin), routes.begin() + static_cast<long>(end)});
      add_choice(choices++, *routes[begin], target);
    }
    maps_ += map("\"\"", choice(choices), "default @no_route");
    locations_ += "    location @no_route {\n" + no_route + "    }\n";
    return {std::move(maps_), std::move(locations_)};
  }

 private:
  static bool is_same_match(const Route& a, const Route& b) {
    return a.match_id > 0 && a.match_id == b.match_id;
  }

  std::string choice(size_t i) const { return fmt::format("$server_{}_choice_{}", server_, i); }

  static std::string map(const std::string& source, const std::string& variable, const std::string& values) {
    return fmt::format("  map {} {} {{ {}; }}\n", source, variable, values);
  }

  /// The location of a route, or the variable that has one of them by weight.
  std::string target_of(const std::vector<const Route*>& shares) {
    long total = 0;
    for (const auto* share : shares) total += share->weight;
    std::vector<std::pair<std::string, int>> targets;
    for (const auto* share : shares)
      if (share->weight > 0) targets.emplace_back(add_location(*share), share->weight);
    if (targets.empty()) {
      Route none = *shares[0];
      none.to.port = 0;
      return add_location(none);
    }
    if (targets.size() == 1) return targets[0].first;
    const auto variable = fmt::format("$server_{}_share_{}", server_, shares_++);
    maps_ += "  split_clients $request_id " + variable + " {";
    for (size_t i = 0; i + 1 < targets.size(); ++i)
      maps_ += fmt::format(" {:.2f}% {};", percent(targets[i].second, total), targets[i].first);
    maps_ += " * " + targets.back().first + "; }\n";
    return variable;
  }

  std::string add_location(const Route& route) {
    const auto name = fmt::format("@route_{}", names_++);
    locations_ += "    location " + name + " {\n" + body_of(route) + "    }\n";
    return name;
  }

  /// Takes `target` where all that the route asks for holds, else looks at the next choice.
  void add_choice(size_t i, const Route& route, const std::string& target) {
    std::string holds;
    if (const auto path = path_pattern(route); !path.empty()) holds += condition("$uri", path);
    for (const auto& one : route.conditions) holds += condition(one);
    const size_t all = static_cast<size_t>(std::count(holds.begin(), holds.end(), '$'));
    if (all == 0)
      maps_ += map("\"\"", choice(i), "default " + target);
    else
      maps_ += map(word_of(holds), choice(i),
                   "default " + choice(i + 1) + "; " + std::string(all, '1') + " " + target);
  }

  std::string condition(const Condition& one) {
    const auto value = one.is_regex                     ? "(?:" + one.value + ")"
                       : one.of == Condition::Of::query ? literal_of_query(one.value)
                                                        : literal(one.value);
    switch (one.of) {
      case Condition::Of::method:
        return condition("$request_method", "~^" + value + R"(\z)");
      case Condition::Of::header:
        return condition(header_variable(one.name), "~^" + value + R"(\z)");
      case Condition::Of::query:
        break;
    }
    return condition(query(one.name), "~^=" + value + R"(\z)");
  }

  /// A variable that is 1 where it holds.
  std::string condition(const std::string& source, const std::string& pattern) {
    const auto [found, is_new] = conditions_.emplace(
        std::pair(source, pattern), fmt::format("$server_{}_is_{}", server_, conditions_.size()));
    if (is_new) maps_ += map(word_of(source), found->second, "default 0; " + word_of(pattern) + " 1");
    return found->second;
  }

  /// A variable with the first parameter of that name, after a "="; empty where there is none.
  std::string query(const std::string& name) {
    const auto [found, is_new] =
        queries_.emplace(name, fmt::format("$server_{}_query_{}", server_, queries_.size()));
    const auto value = found->second.substr(1) + "_value", key = literal_of_query(name) + "=";
    if (is_new)
      maps_ +=
          map("$args", found->second,
              fmt::format("default \"\"; {} \"=${}\"",
                          word_of("~^(?:(?!" + key + ")[^&]*&)*" + key + "(?<" + value + ">[^&]*)"), value));
    return found->second;
  }

  size_t server_, names_ = 0, shares_ = 0;
  std::string maps_, locations_;
  std::map<std::pair<std::string, std::string>, std::string> conditions_;
  std::map<std::string, std::string> queries_;
};

}  // namespace

bool needs_dispatch(const std::vector<const Route*>& routes) {
  return std::any_of(routes.begin(), routes.end(), [](const Route* route) { return route->match_id > 0; });
}

Dispatch dispatch(std::vector<const Route*> routes, size_t server, const std::string& no_route) {
  std::stable_sort(routes.begin(), routes.end(),
                   [](const Route* a, const Route* b) { return rank(a) < rank(b); });
  return Dispatcher(server).write(routes, no_route);
}

}  // namespace harness
