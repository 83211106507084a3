#include "http/catalogue.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "http/not_implemented.h"

namespace fakes::http {

namespace {

/// No service has fields deeper than this; a body may be nested without end.
constexpr int kDeepest = 16;

void collect(const nlohmann::json& value, const std::string& place, std::set<std::string>& found,
             int depth = 0) {
  if (depth > kDeepest) return;
  if (value.is_object())
    for (const auto& [name, inner] : value.items()) {
      const std::string field = place.empty() ? name : place + "." + name;
      found.insert(field);
      collect(inner, field, found, depth + 1);
      if (depth == 1 && place.find_first_of(".[") == std::string::npos)
        collect(inner, place + ".{}", found, depth + 1);
    }
  if (value.is_array())
    for (const auto& inner : value) collect(inner, place + "[]", found, depth + 1);
}

/// "/a/*/b/**" as "/a/{1}/b/{2...}".
std::string pattern_of(const std::string& path) {
  std::string pattern;
  int number = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '*') {
      pattern += path[i];
      continue;
    }
    const bool several = i + 1 < path.size() && path[i + 1] == '*';
    pattern += "{" + std::to_string(++number) + (several ? "...}" : "}");
    i += several;
  }
  return pattern;
}

/// Of `config.url` in names that have `config.*`.
bool has_all_of_it(const Names& names, const std::string& field) {
  const auto dot = field.find('.');
  return dot != std::string::npos && names.fields.contains(field.substr(0, dot) + ".*");
}

/// Of a body's field the value, where it is one at the top.
bool is_the_only_value(const Names& names, const nlohmann::json& body, const std::string& field) {
  return body.is_object() && body.contains(field) &&
         names.fields.contains(field + "=" +
                               body[field].dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

/// Whether `field` lies in one of `fields`: config.url in config, files[].path in files.
bool is_inside_one_of(const std::string& field, const std::vector<std::string>& fields) {
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& outer) {
    return field.starts_with(outer) && (field[outer.size()] == '.' || field[outer.size()] == '[');
  });
}

}  // namespace

Names::Names(std::string_view words) {
  std::istringstream stream{std::string(words)};
  for (std::string word; stream >> word;) {
    if (word.starts_with('?'))
      queries.insert(word.substr(1));
    else if (word.starts_with('+'))
      forms.insert(word.substr(1));
    else
      fields.insert(word);
  }
}

std::vector<RealRoute> read_catalogue(std::string_view text) {
  std::vector<RealRoute> routes;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string methods, path, names;
    words >> methods;
    const bool is_named = methods != "~";
    if (!is_named) words >> methods;
    words >> path;
    std::getline(words, names);
    if (!path.starts_with('/')) throw std::invalid_argument("no route: \"" + line + "\"");
    std::istringstream each(methods);
    for (std::string method; std::getline(each, method, ',');)
      routes.push_back(
          {.method = method, .pattern = pattern_of(path), .names = Names(names), .is_named = is_named});
  }
  return routes;
}

std::string shape_of(const std::string& method, const std::string& pattern) {
  std::string shape = method + " ";
  for (size_t i = 0; i < pattern.size(); ++i) {
    shape += pattern[i] == '{' ? '*' : pattern[i];
    if (pattern[i] == '{') i = pattern.find('}', i);
  }
  return shape;
}

std::set<std::string> fields_of(const nlohmann::json& body) {
  std::set<std::string> found;
  collect(body, "", found);
  return found;
}

void require_ours(const Names& real, const Names& ours, const nlohmann::json& body, const Query& query) {
  std::vector<std::string> missing;
  for (const auto& field : fields_of(body))
    if (real.fields.contains(field) && !ours.fields.contains(field) && !has_all_of_it(ours, field) &&
        !is_the_only_value(ours, body, field) && !is_inside_one_of(field, missing))
      missing.push_back(field);
  std::set<std::string> queries;
  for (const auto& [name, value] : query.pairs())
    if (real.queries.contains(name) && !ours.queries.contains(name)) queries.insert("?" + name);
  missing.insert(missing.end(), queries.begin(), queries.end());
  if (missing.empty()) return;
  std::string all = missing.front();
  for (size_t i = 1; i < missing.size(); ++i) all += ", " + missing[i];
  throw NotImplemented(all);
}

}  // namespace fakes::http
