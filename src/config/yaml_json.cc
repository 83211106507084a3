#include "config/yaml_json.h"

#include <re2/re2.h>

#include <charconv>

namespace harness {

namespace {

using Json = nlohmann::json;

Json json_of_scalar(const std::string& text, bool is_plain) {
  static const RE2 null("|~|null|Null|NULL"), yes("true|True|TRUE"), no("false|False|FALSE"),
      integer("[-+]?[0-9]+"), number(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  if (!is_plain) return text;
  if (RE2::FullMatch(text, null)) return nullptr;
  if (RE2::FullMatch(text, yes)) return true;
  if (RE2::FullMatch(text, no)) return false;
  if (RE2::FullMatch(text, integer)) {
    int64_t value = 0;
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    if (std::from_chars(begin, text.data() + text.size(), value).ec == std::errc()) return value;
  }
  if (RE2::FullMatch(text, number)) return std::strtod(text.c_str(), nullptr);
  return text;
}

}  // namespace

Json json_of(const YAML::Node& node) {
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& item : node) list.push_back(json_of(item));
    return list;
  }
  if (node.IsMap()) {
    Json map = Json::object();
    for (const auto& entry : node) map[entry.first.Scalar()] = json_of(entry.second);
    return map;
  }
  return node.IsScalar()
             ? json_of_scalar(node.Scalar(), node.Tag() != "!" && node.Tag() != "tag:yaml.org,2002:str")
             : Json();
}

}  // namespace harness
