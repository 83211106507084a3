#include <fmt/format.h>
#include <re2/re2.h>

#include <filesystem>

#include "base/base64.h"
#include "testrun/read.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// Where a file is to be: absolute, as a kubelet takes a mountPath; "/" if that names none.
std::string place_of_file(const std::string& path, const std::string& name) {
  auto place = fs::path("/" + path).lexically_normal();
  if (!place.has_filename()) place = (place / fs::path(name).relative_path()).lexically_normal();
  return place.has_filename() ? place.string() : "/";
}

ConfigElement read_element(YamlReader& reader, const YAML::Node& node, const std::string& owner) {
  ConfigElement element{.at = YamlReader::position(node)};
  Fields fields(reader, node, owner + ": a config element",
                {"type", "name", "value", "valueFrom", "path", "private"}, Reading::kubernetes);
  element.name = fields.text("name");
  const auto what = fmt::format("{}: config \"{}\"", owner, element.name);
  const auto problem = [&](const std::string& key, const std::string& text) {
    reader.problem(fields.at(key), what + text);
  };
  if (element.name.empty()) problem("name", " has no name");
  element.value.text = fields.text("value");
  if (const auto* from = fields.node("valueFrom")) element.value.from = read_key_ref(reader, *from, what);
  if (element.value.text.empty() && !fields.has("valueFrom"))
    problem("value", " needs a value or a valueFrom");
  if (!element.value.text.empty() && fields.has("valueFrom"))
    problem("valueFrom", " has both a value and a valueFrom");
  element.is_private = fields.boolean("private");
  element.path = fields.text("path");
  const auto type = fields.text("type");
  if (type == "file") {
    element.type = ConfigElement::Type::file;
    if (element.path.empty()) problem("path", " is a file and has no path");
    element.path = place_of_file(element.path, element.name);
    if (element.path == "/") problem("path", ": path and name are those of a folder");
    if (!base64_decoded(element.value.text)) problem("value", ": a file's value must be base64");
  } else if (type == "env") {
    if (!element.name.empty() && !RE2::FullMatch(element.name, "[A-Za-z_][A-Za-z0-9_]*"))
      problem("name", " is not a name for a variable: letters, digits and _ only, no digit first");
    if (!element.path.empty()) problem("path", ": a path goes with type: file only");
  } else {
    problem("type", type.empty() ? " has no type: env or file"
                                 : fmt::format(": type \"{}\" must be env or file", type));
  }
  return element;
}

}  // namespace

std::optional<KeyRef> read_key_ref(YamlReader& reader, const YAML::Node& node, const std::string& what) {
  Fields fields(reader, node, what, {"secretKeyRef", "configMapKeyRef"}, Reading::kubernetes);
  if (!node.IsMap()) return std::nullopt;
  if (fields.has("secretKeyRef") == fields.has("configMapKeyRef")) {
    reader.problem(YamlReader::position(node),
                   what + " needs exactly one of secretKeyRef and configMapKeyRef");
    return std::nullopt;
  }
  const std::string which = fields.has("secretKeyRef") ? "secretKeyRef" : "configMapKeyRef";
  Fields ref(reader, *fields.node(which), what + ": " + which, {"name", "key"}, Reading::kubernetes);
  ref.require("name");
  ref.require("key");
  return KeyRef{which == "secretKeyRef" ? KeyRef::Kind::secret : KeyRef::Kind::config_map, ref.text("name"),
                ref.text("key")};
}

std::optional<ExecutorKind> read_executor(YamlReader& reader,
                                          const std::map<std::string, std::string>& annotations,
                                          Position at) {
  const auto found = annotations.find(kExecutorAnnotation);
  if (found == annotations.end()) return std::nullopt;
  if (found->second == "host") return ExecutorKind::host;
  if (found->second == "pod") return ExecutorKind::pod;
  reader.problem(at, fmt::format("{}: \"{}\" must be host or pod", kExecutorAnnotation, found->second));
  return std::nullopt;
}

std::vector<ConfigElement> read_config(YamlReader& reader, Fields& fields, const std::string& what) {
  std::vector<ConfigElement> elements;
  for (const auto& node : fields.sequence("config")) {
    elements.push_back(read_element(reader, node, what));
    for (size_t i = 0; i + 1 < elements.size(); ++i)
      if (!elements[i].name.empty() && elements[i].name == elements.back().name)
        reader.problem(elements.back().at,
                       fmt::format("{}: config \"{}\" is a duplicate", what, elements[i].name));
  }
  return elements;
}

}  // namespace harness::testrun
