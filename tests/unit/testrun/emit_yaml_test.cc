#include "testrun/emit/yaml.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

namespace harness::testrun {
namespace {

using Json = nlohmann::ordered_json;

/// What a reader of YAML makes of it, every scalar by YAML's own rules for plain ones.
Json read(const YAML::Node& node) {
  if (node.IsMap()) {
    auto json = Json::object();
    for (const auto& entry : node) json[entry.first.as<std::string>()] = read(entry.second);
    return json;
  }
  if (node.IsSequence()) {
    auto json = Json::array();
    for (const auto& one : node) json.push_back(read(one));
    return json;
  }
  if (node.IsNull()) return nullptr;
  if (node.Tag() == "!") return node.as<std::string>();  // it was quoted
  long long number = 0;
  double real = 0;
  bool truth = false;
  if (YAML::convert<long long>::decode(node, number)) return number;
  if (YAML::convert<double>::decode(node, real)) return real;
  if (YAML::convert<bool>::decode(node, truth)) return truth;
  return node.as<std::string>();
}

void expect_round_trip(const Json& value) {
  const auto text = yaml_text({value});
  EXPECT_EQ(read(YAML::Load(text)), value) << text;
}

TEST(EmitYamlTest, TextsStayTexts) {
  for (const auto* text : {"",           "a",
                           "true",       "No",
                           "y",          "null",
                           "~",          "1",
                           "1.20",       "1e3",
                           "0x1f",       "010",
                           "0o7",        "12:30:45",
                           "-",          "- a",
                           "a: b",       "a:",
                           "a #b",       "#a",
                           " a",         "a ",
                           "*a",         "&a",
                           "!a",         "|",
                           ">",          "%a",
                           "@a",         "`a`",
                           "{a",         "a}",
                           "[",          "a,b",
                           "'a'",        "\"a\"",
                           "\\",         "a\\nb",
                           "2026-01-01", ".inf",
                           "=",          "<<",
                           "---",        "...",
                           "a\tb",       "/a/b",
                           "a/b:c",      "localhost:5001/a@sha256:0",
                           "Ü",          "\xE2\x80\xA8",
                           "\x01",       "\x7f",
                           "{{a}}",      "$(a)"})
    expect_round_trip({{"key", text}, {text, "value"}, {"list", {text, text}}});
}

// YAML 1.1, which Go's and other readers speak, has no DEL, and U+2028 as the end of a line.
TEST(EmitYamlTest, WhatReadersTakeDifferently) {
  const auto text = yaml_text({Json{{"a\x7f", "\\\x7f \u2028 \u2029"}}});
  EXPECT_EQ(text, R"("a\x7F": "\\\x7F \u2028 \u2029")"
                  "\n");
  expect_round_trip({{"a\x7f", "\\\x7f \u2028 \u2029"}});
}

TEST(EmitYamlTest, SeveralLines) {
  for (const auto* text : {"a\n",         "a",           "a\nb",     "a\nb\n",   "a\n\nb\n", "a\n\n", "\na\n",
                           "  a\nb\n",    "a\n  b\nc\n", "a \nb\n",  "\ta\n",    "a\n\tb\n", "\n",    "\n\n",
                           "a\n---\nb\n", "a: b\nc\n",   "a\n...\n", "# a\nb\n", "a\r\nb\n", "é\nb\n"})
    expect_round_trip({{"script", text}, {"after", "it"}, {"deep", {{{"in", {text, 1}}}}}});
}

TEST(EmitYamlTest, ProgramsAreBlocks) {
  EXPECT_EQ(yaml_text({Json{{"script", "if a; then\n  b: 'c'\nfi\n"}, {"x", 1}}}),
            "script: |\n  if a; then\n    b: 'c'\n  fi\nx: 1\n");
}

TEST(EmitYamlTest, OtherValues) {
  expect_round_trip({{"number", 1},
                     {"real", 0.5},
                     {"no", false},
                     {"nothing", nullptr},
                     {"map", Json::object()},
                     {"list", Json::array()},
                     {"lists", {Json::array(), {1, {2}}}}});
}

TEST(EmitYamlTest, Documents) { EXPECT_EQ(yaml_text({Json{{"a", 1}}, Json{{"b", 2}}}), "a: 1\n---\nb: 2\n"); }

}  // namespace
}  // namespace harness::testrun
