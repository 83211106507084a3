#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "testrun/read.h"

namespace harness::testrun {

namespace {

const std::vector<std::string> kBehaviors{"serial", "disruptive"};

/// As the Test Machinery checks it: what HTML takes for an address.
bool is_email(const std::string& text) {
  static const RE2 address(
      R"([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)");
  return RE2::FullMatch(text, address);
}

/// As that of a DNS label, and with capitals, which the documents of the Test Machinery have in their
/// examples.
bool is_definition_name(const std::string& text) {
  return RE2::FullMatch(text, "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");
}

void read_behavior(YamlReader& reader, Fields& spec, TestDefinition& definition, const std::string& what) {
  for (const auto& word : spec.words("behavior")) {
    definition.serial = definition.serial || word == "serial";
    definition.disruptive = definition.disruptive || word == "disruptive";
    if (std::find(kBehaviors.begin(), kBehaviors.end(), word) != kBehaviors.end()) continue;
    const auto near = nearest(word, kBehaviors);
    reader.remark(spec.at("behavior"),
                  fmt::format("warning: {}: behavior \"{}\" is neither serial nor disruptive and left out{}",
                              what, word, near ? " (did you mean \"" + *near + "\"?)" : ""));
  }
}

}  // namespace

bool is_dns_label(const std::string& text) {
  return RE2::FullMatch(text, "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
}

std::string dns_label_problem(const std::string& what, const std::string& name) {
  if (is_dns_label(name)) return "";
  std::string right;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isupper(c) && i > 0 && std::islower(static_cast<unsigned char>(name[i - 1]))) right += '-';
    right += std::isalnum(c) ? static_cast<char>(std::tolower(c)) : '-';
  }
  return fmt::format("{}: a name is at most 63 lower-case letters, digits and - (a DNS label){}", what,
                     is_dns_label(right) ? ", such as \"" + right + "\"" : "");
}

TestDefinition read_definition(YamlReader& reader, const std::filesystem::path& file) {
  TestDefinition definition{.file = file};
  Fields fields(reader, reader.root(), "a TestDefinition", {"apiVersion", "kind", "metadata", "spec"},
                Reading::kubernetes);
  fields.require("metadata");
  fields.require("spec");
  if (const auto* node = fields.node("metadata")) {
    Fields metadata(reader, *node, "metadata", {"name", "namespace", "labels", "annotations"},
                    Reading::kubernetes);
    metadata.require("name");
    definition.name = metadata.text("name");
    if (metadata.has("name") && !is_definition_name(definition.name))
      reader.problem(
          metadata.at("name"),
          fmt::format("TestDefinition \"{}\": a name is at most 63 letters, digits and -, and begins "
                      "and ends with a letter or digit",
                      definition.name));
  }
  const auto* node = fields.node("spec");
  if (!node) return definition;
  const auto what = fmt::format("TestDefinition \"{}\"", definition.name);
  Fields spec(reader, *node, what,
              {"owner", "recipientsOnFailure", "description", "labels", "behavior", "activeDeadlineSeconds",
               "command", "args", "image", "config", "resources"},
              Reading::kubernetes);
  spec.require("owner");
  definition.owner = spec.text("owner");
  if (!definition.owner.empty() && !is_email(definition.owner))
    reader.problem(spec.at("owner"),
                   fmt::format("{}: owner \"{}\" must be an email address", what, definition.owner));
  definition.recipients = spec.words("recipientsOnFailure");
  for (const auto& recipient : definition.recipients)
    if (!is_email(recipient))
      reader.problem(spec.at("recipientsOnFailure"),
                     fmt::format("{}: recipient \"{}\" must be an email address", what, recipient));
  definition.labels = spec.words("labels");
  for (const auto& label : definition.labels)
    if (label.starts_with("!"))
      reader.problem(spec.at("labels"),
                     fmt::format("{}: a label must not begin with !, which is for leaving labels out", what));
  definition.description = spec.text("description");
  read_behavior(reader, spec, definition, what);
  definition.deadline_seconds = spec.number("activeDeadlineSeconds", 1);
  definition.command = spec.list("command");
  definition.args = spec.list("args");
  definition.image = spec.text("image");
  if (const auto* resources = spec.node("resources")) {
    Fields fields_of(reader, *resources, what + ": resources", {"requests", "limits"}, Reading::kubernetes);
    for (const auto* key : {"requests", "limits"})
      if (fields_of.has(key)) definition.resources[key] = fields_of.map(key);
  }
  definition.config = read_config(reader, spec, what);
  return definition;
}

}  // namespace harness::testrun
