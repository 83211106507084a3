#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "config/yaml_reader.h"

namespace harness {

Fields::Fields(YamlReader& reader, const YAML::Node& node, std::string what,
               const std::vector<std::string>& known, Reading reading)
    : reader_(reader), what_(std::move(what)), reading_(reading), position_(YamlReader::position(node)) {
  for (const auto& [key, value] : entries(reader, node, what_)) {
    const auto& name = key.Scalar();
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known && reading == Reading::strict) {
      reader.unknown(YamlReader::position(key), fmt::format("{}: unknown key \"{}\"", what_, name), name,
                     known);
    } else if (!is_known) {
      const auto near = nearest(name, known);
      reader.remark(YamlReader::position(key),
                    fmt::format("warning: {}: unknown field \"{}\" is left out{}", what_, name,
                                near ? " (did you mean \"" + *near + "\"?)" : ""));
    } else if (!value.IsNull() || reading == Reading::strict) {
      values_.emplace(name, value);
    }
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
  if (found->second.IsScalar() && (!found->second.Scalar().empty() || reading_ == Reading::kubernetes))
    return found->second.Scalar();
  reader_.problem(at(key), fmt::format("{}: \"{}\" must be text", what_, key));
  return {};
}

std::vector<std::string> Fields::list(const std::string& key) {
  std::vector<std::string> texts;
  for (auto& item : items(key)) texts.push_back(std::move(item.text));
  return texts;
}

std::vector<Fields::Item> Fields::items(const std::string& key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return {};
  if (found->second.IsScalar()) return {{text(key), at(key)}};
  std::vector<Item> result;
  const bool sequence = found->second.IsSequence();
  if (!sequence) reader_.problem(at(key), fmt::format("{}: \"{}\" must be a list of text", what_, key));
  if (sequence)
    for (const auto& item : found->second) {
      if (item.IsScalar())
        result.push_back({item.Scalar(), YamlReader::position(item)});
      else
        reader_.problem(YamlReader::position(item),
                        fmt::format("{}: \"{}\" must hold text only", what_, key));
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
      reader_.problem(YamlReader::position(value),
                      fmt::format("{}: the value of \"{}\" must be text", what_, name.Scalar()));
  }
  return result;
}

std::vector<std::string> Fields::words(const std::string& key) {
  std::vector<std::string> all;
  for (const auto& item : list(key))
    for (const auto& part : split(item, ','))
      if (auto word = trim(part); !word.empty()) all.push_back(std::move(word));
  return all;
}

bool Fields::boolean(const std::string& key) {
  if (!has(key)) return false;
  const auto value = text(key);
  if (value != "true" && value != "false")
    reader_.problem(at(key), fmt::format("{}: \"{}\" must be true or false", what_, key));
  return value == "true";
}

std::optional<int> Fields::number(const std::string& key, int least) {
  if (!has(key)) return std::nullopt;
  const auto value = text(key);
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size() && number >= least) return number;
  reader_.problem(at(key), fmt::format("{}: \"{}\" must be a whole number of at least {}, not \"{}\"", what_,
                                       key, least, value));
  return std::nullopt;
}

std::vector<YAML::Node> Fields::sequence(const std::string& key) {
  const auto* value = node(key);
  if (!value) return {};
  if (value->IsSequence()) return {value->begin(), value->end()};
  reader_.problem(at(key), fmt::format("{}: \"{}\" must be a list", what_, key));
  return {};
}

const YAML::Node* Fields::node(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

int Fields::seconds(const std::string& key, int otherwise) {
  if (!has(key)) return otherwise;
  const auto value = text(key);
  const int seconds = parse_duration(value);
  if (seconds == 0 && !value.empty())
    reader_.problem(at(key), fmt::format("{}: \"{}\" must be a duration such as 90s, 5m or 1h30m, not \"{}\"",
                                         what_, key, value));
  return seconds == 0 ? otherwise : seconds;
}

}  // namespace harness
