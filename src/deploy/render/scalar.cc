#include "deploy/render/scalar.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/base64.h"
#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const std::string kTags = "tag:yaml.org,2002:";

/// The words that mean something, as https://yaml.org/type/bool.html and its neighbours list them.
const std::map<std::string, Json, std::less<>>& words() {
  static const std::map<std::string, Json, std::less<>> known = [] {
    std::map<std::string, Json, std::less<>> map;
    for (const char* word : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
      map[word] = true;
    for (const char* word : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
      map[word] = false;
    for (const char* word : {"", "~", "null", "Null", "NULL"}) map[word] = nullptr;
    for (const char* word : {".nan", ".NaN", ".NAN"}) map[word] = std::nan("");
    for (const char* word : {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}) map[word] = HUGE_VAL;
    for (const char* word : {"-.inf", "-.Inf", "-.INF"}) map[word] = -HUGE_VAL;
    return map;
  }();
  return known;
}

/// An integer with a sign and the prefix of its base; what begins with 0 is octal.
std::optional<Json> integer(std::string_view text) {
  bool negative = false, is_signed = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    is_signed = true;
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char prefix = static_cast<char>(text[1] | 0x20);
    base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
    text.remove_prefix(prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1);
  }
  uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const uint64_t largest = INT64_MAX;
  if (negative && value == largest + 1) return Json(INT64_MIN);
  if (value <= largest) return Json(negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value));
  if (is_signed) return std::nullopt;
  return Json(value);
}

/// Nothing where it is none, or too large for one.
std::optional<double> decimal(const std::string& text) {
  static const RE2 form(R"([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)");
  if (!RE2::FullMatch(text, form)) return std::nullopt;
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// By its text alone.
Json resolve(const std::string& text) {
  const char first = text.empty() ? '~' : text[0];
  if (std::string_view("+-0123456789yYnNtTfFoO~.").find(first) == std::string_view::npos) return text;
  if (const auto word = words().find(text); word != words().end()) return word->second;
  if (first == '.') {
    const auto value = decimal(text);
    return value ? Json(*value) : Json(text);
  }
  if (first != '+' && first != '-' && !(first >= '0' && first <= '9')) return text;
  std::string digits = text;
  std::erase(digits, '_');
  if (auto value = integer(digits)) return *value;
  const auto value = decimal(digits);
  return value ? Json(*value) : Json(text);
}

std::string name_of_type(const Json& value) {
  if (value.is_boolean()) return "bool";
  if (value.is_number_float()) return "float";
  if (value.is_number()) return "int";
  return value.is_null() ? "null" : "str";
}

Json decode_binary(const TextNode& node, const std::string& file) {
  const auto bytes = base64_decoded(node.value);
  if (!bytes) fail_at(file, node.at, "!!binary is not base64");
  if (invalid_utf8(*bytes) != std::string::npos)
    fail_at(file, node.at, "the bytes of !!binary are not UTF-8, and JSON has only text",
            "bytes go into data: of a Secret or binaryData: of a ConfigMap, in base64 and without !!binary");
  return *bytes;
}

/// A number as kubectl makes a key of it: the fewest digits that are this number in 32 bits, with an exponent
/// from 7 digits on (%g of Go).
std::string key_of(float number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  const std::string scientific(text, end);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -4 || exponent >= 6) return scientific;
  return std::string(text, std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr);
}

/// As the API's own JSON: whole numbers without point and exponent.
Json normal(const Json& value, const TextNode& node, const std::string& file) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX})
    return value.get<double>();  // the API's integers have 64 bits with a sign
  if (!value.is_number_float()) return value;
  const double number = value.get<double>();
  if (!std::isfinite(number))
    fail_at(file, node.at, "JSON has no number " + node.value, "put it in quotes where a text is meant");
  if (number == std::trunc(number) && std::abs(number) < 9.2e18) return static_cast<int64_t>(number);
  return value;
}

}  // namespace

Json decode_scalar(const TextNode& node, const std::string& file) {
  if (node.tag.empty()) return node.plain ? normal(resolve(node.value), node, file) : Json(node.value);
  const std::string type = node.tag.starts_with(kTags) ? node.tag.substr(kTags.size()) : "";
  if (type == "binary") return decode_binary(node, file);
  if (type != "bool" && type != "int" && type != "float" && type != "null") return node.value;
  const Json value = resolve(node.value);
  const auto found = name_of_type(value);
  if (found != type && !(type == "float" && found == "int"))
    fail_at(file, node.at, "\"" + node.value + "\" is not a !!" + type);
  return normal(value, node, file);
}

std::string decode_key(const TextNode& node, const std::string& file) {
  const TextNode& key = node.kind == TextNode::Kind::alias ? *node.target : node;
  if (key.kind != TextNode::Kind::scalar) fail_at(file, node.at, "a key is a text, not a list or mapping");
  const Json value = key.tag.empty() && key.plain ? resolve(key.value) : decode_scalar(key, file);
  if (value.is_string()) return value;
  if (value.is_null())
    fail_at(file, node.at,
            key.value.empty() ? "a key is missing before the colon"
                              : "the key " + key.value + " means nothing (null)",
            "put it in quotes");
  if (!value.is_number_float()) return value.dump();
  return key_of(value.get<float>());
}

}  // namespace harness
