#include "http/catalogue.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "http/not_implemented.h"

namespace fakes::http {

namespace {

void collect(const nlohmann::json& value, const std::string& place, std::set<std::string>& found) {
  if (value.is_object())
    for (const auto& [name, inner] : value.items()) {
      const std::string field = place.empty() ? name : place + "." + name;
      found.insert(field);
      collect(inner, field, found);
    }
  if (value.is_array())
    for (const auto& inner : value) collect(inner, place + "[]", found);
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
    RealRoute route;
    words >> route.method >> route.pattern;
    std::string names;
    std::getline(words, names);
    if (!route.pattern.starts_with('/')) throw std::invalid_argument("no route: \"" + line + "\"");
    route.names = Names(names);
    routes.push_back(std::move(route));
  }
  return routes;
}

std::set<std::string> fields_of(const nlohmann::json& body) {
  std::set<std::string> found;
  collect(body, "", found);
  return found;
}

void require_ours(const Names& real, const Names& ours, const nlohmann::json& body, const Query& query) {
  std::vector<std::string> missing;
  for (const auto& field : fields_of(body))
    if (real.fields.contains(field) && !ours.fields.contains(field) && !is_inside_one_of(field, missing))
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
