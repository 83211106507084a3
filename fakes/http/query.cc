#include "http/query.h"

#include <algorithm>
#include <charconv>

#include "http/message.h"

namespace fakes::http {

namespace {

std::string decoded(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return percent_decoded(text);
}

}  // namespace

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string pair(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    pairs_.emplace_back(decoded(pair.substr(0, equals)),
                        decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
}

std::optional<std::string> Query::find(std::string_view name) const {
  read_.emplace(name);
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return {};
}

std::string Query::get(std::string_view name, const std::string& otherwise) const {
  return find(name).value_or(otherwise);
}

std::vector<std::string> Query::all(std::string_view name) const {
  read_.emplace(name);
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_)
    if (key == name) values.push_back(value);
  return values;
}

std::optional<int> Query::number(std::string_view name) const {
  const auto text = get(name);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

}  // namespace fakes::http
