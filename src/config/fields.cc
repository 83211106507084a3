#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/yaml_reader.h"

namespace harness {

Fields::Fields(YamlReader& reader, const YAML::Node& node, std::string what, const std::vector<std::string>& known)
    : reader_(reader), what_(std::move(what)), position_(YamlReader::position(node)) {
  for (const auto& [key, value] : entries(reader, node, what_)) {
    const auto& name = key.Scalar();
    if (std::find(known.begin(), known.end(), name) == known.end())
      reader.unknown(YamlReader::position(key), fmt::format("{}: unknown key \"{}\"", what_, name), name, known);
    else
      values_.emplace(name, value);
  }
}

Position Fields::at(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? position_ : YamlReader::position(found->second);
}

void Fields::require(const std::string& key) {
  if (!has(key)) reader_.problem(position_, fmt::format("{}: \"{}\" is missing", what_, key));
}

std::string Fields::text(const std::string& key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return {};
  if (found->second.IsScalar() && !found->second.Scalar().empty()) return found->second.Scalar();
  reader_.problem(at(key), fmt::format("{}: \"{}\" must be text", what_, key));
  return {};
}

std::vector<std::string> Fields::list(const std::string& key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return {};
  if (found->second.IsScalar()) return {text(key)};
  std::vector<std::string> result;
  const bool sequence = found->second.IsSequence();
  if (!sequence) reader_.problem(at(key), fmt::format("{}: \"{}\" must be a list of text", what_, key));
  if (sequence)
    for (const auto& item : found->second) {
      if (item.IsScalar())
        result.push_back(item.Scalar());
      else
        reader_.problem(YamlReader::position(item), fmt::format("{}: \"{}\" must hold text only", what_, key));
    }
  return result;
}

std::map<std::string, std::string> Fields::map(const std::string& key) {
  const auto found = values_.find(key);
  std::map<std::string, std::string> result;
  if (found == values_.end()) return result;
  for (const auto& [name, value] : entries(reader_, found->second, fmt::format("{}: \"{}\"", what_, key))) {
    if (value.IsScalar())
      result.emplace(name.Scalar(), value.Scalar());
    else
      reader_.problem(YamlReader::position(value), fmt::format("{}: the value of \"{}\" must be text", what_, name.Scalar()));
  }
  return result;
}

int Fields::seconds(const std::string& key, int otherwise) {
  if (!has(key)) return otherwise;
  const auto value = text(key);
  const int seconds = parse_duration(value);
  if (seconds == 0 && !value.empty())
    reader_.problem(at(key), fmt::format("{}: \"{}\" must be a duration such as 90s, 5m or 1h30m, not \"{}\"", what_, key, value));
  return seconds == 0 ? otherwise : seconds;
}

}  // namespace harness
