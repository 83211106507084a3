#include "testrun/emit/yaml.h"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

/// Begins with a letter or / and is no word of YAML 1.1 (https://yaml.org/type/bool.html); never a number, a
/// date or syntax.
bool may_be_plain(const std::string& text) {
  static const RE2 plain("[A-Za-z/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*"),
      word("(?i)y|n|yes|no|on|off|true|false|null");
  return RE2::FullMatch(text, plain) && !RE2::FullMatch(text, word);
}

/// A program of several lines, each as it is.
bool may_be_literal(const std::string& text) {
  static const RE2 lines("([!-~][ -~]*\n)([ -~]*[!-~]\n|\n)*[ -~]*[!-~]\n");
  return RE2::FullMatch(text, lines);
}

/// What yaml-cpp leaves as it is in double quotes, and other readers refuse or take for the end of a line
/// (YAML 1.1): it stands nowhere else.
void escape_the_rest(std::string& text) {
  replace_all(text, "\x7F", "\\x7F");
  replace_all(text, "\xE2\x80\xA8", "\\u2028");
  replace_all(text, "\xE2\x80\xA9", "\\u2029");
}

void write_text(YAML::Emitter& out, const std::string& text) {
  if (may_be_literal(text))
    out << YAML::Literal << text.substr(0, text.size() - 1);  // the last end of line is the block's own
  else if (may_be_plain(text))
    out << text;
  else
    out << YAML::DoubleQuoted << text;
}

void write(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, one] : value.items()) {
      out << YAML::Key;
      write_text(out, key);
      out << YAML::Value;
      write(out, one);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const auto& one : value) write(out, one);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    write_text(out, value.get_ref<const std::string&>());
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();  // of a number and a boolean JSON's form is YAML's
  }
}

}  // namespace

std::string yaml_text(const std::vector<Json>& documents) {
  std::string text;
  for (const auto& document : documents) {
    YAML::Emitter out;
    write(out, document);
    if (!text.empty()) text += "---\n";
    text += std::string(out.c_str()) + "\n";
  }
  escape_the_rest(text);
  return text;
}

}  // namespace harness::testrun
