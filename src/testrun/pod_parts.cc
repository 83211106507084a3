#include "testrun/pod_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/hash.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

/// Gives the text back.
const std::string& checked(const std::string& text, const Node& node, const std::string& what) {
  bool is_text = text.find('\0') == std::string::npos;
  try {
    static_cast<void>(Json(text).dump());
  } catch (const Json::type_error&) {
    is_text = false;
  }
  if (is_text) return text;
  throw Error(fmt::format("{}: {} has bytes that no pod can be given: it is not UTF-8, or has a zero byte",
                          node.id, what),
              {.hint = "a file of the configuration (type: file) may have any content", .exit_code = kUsage});
}

Json env_of(const Node& node, const std::map<std::string, std::string>& variables,
            const std::map<std::string, std::string>& words, const Elsewhere& elsewhere) {
  auto env = Json::array();
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (variables.contains(element.name) || words.contains(element.name) || withheld(node, element)) continue;
    const auto& from = element.value.from;
    const auto what = "the configuration's " + element.name;
    if (element.type == ConfigElement::Type::file)
      env.push_back(variable_of(element.name, checked(element.path, node, what), elsewhere));
    else if (from)
      env.push_back({{"name", element.name},
                     {"valueFrom",
                      {{from->kind == KeyRef::Kind::secret ? "secretKeyRef" : "configMapKeyRef",
                        {{"name", from->name}, {"key", from->key}}}}}});
    else
      env.push_back(variable_of(element.name, checked(element.value.text, node, what), elsewhere));
  }
  for (const auto& [name, text] : variables)
    if (!words.contains(name)) env.push_back(variable_of(name, checked(text, node, name), elsewhere));
  for (const auto& [name, word] : words) env.push_back({{"name", name}, {"value", word}});
  return env;
}

/// A name for the variable by which such a text gets into an argument.
std::string name_for(const std::string& text) {
  auto name = "HARNESS_TEXT_" + sha256_hex(text).substr(0, 12);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

Json arguments(const std::vector<std::string>& all, const Node& node, const Elsewhere& elsewhere, Json& env) {
  auto list = Json::array();
  for (const auto& one : all) {
    checked(one, node, "an argument of its program");
    if (!elsewhere(one)) {
      list.push_back(unexpanded(one));
      continue;
    }
    const auto name = name_for(one);
    list.push_back("$(" + name + ")");
    if (std::none_of(env.begin(), env.end(), [&](const Json& entry) { return entry["name"] == name; }))
      env.push_back(variable_of(name, one, elsewhere));
  }
  return list;
}

}  // namespace

std::string unexpanded(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '$' || text[i + 1] == '(')) result += '$';
  }
  return result;
}

bool withheld(const Node& node, const ConfigElement& element) {
  return node.step->untrusted && element.value.secret();
}

std::map<std::string, std::string> folder_variables(const Node& node) {
  const auto& place = *node.found->place;
  std::map<std::string, std::string> variables{{"TM_KUBECONFIG_PATH", kPodFolder + "/kubeconfig"},
                                               {"TM_EXPORT_PATH", kPodFolder + "/export"},
                                               {"TM_REPO_PATH", kPodFolder + "/repo"},
                                               {"TM_GIT_SHA", place.commit},
                                               {"TM_GIT_REF", place.ref}};
  if (!node.step->untrusted) variables["TM_SHARED_PATH"] = kPodFolder + "/shared";
  return variables;
}

Json variable_of(const std::string& name, const std::string& text, const Elsewhere& elsewhere) {
  if (const auto place = elsewhere(text))
    return {{"name", name},
            {"valueFrom", {{"secretKeyRef", {{"name", place->secret}, {"key", place->key}}}}}};
  return {{"name", name}, {"value", unexpanded(text)}};
}

Json main_container(const Node& node, const std::string& image_if_none,
                    const std::map<std::string, std::string>& variables,
                    const std::map<std::string, std::string>& words, const Elsewhere& elsewhere) {
  const auto& definition = node.definition();
  auto env = env_of(node, variables, words, elsewhere);
  Json main{{"name", "main"},
            {"image", definition.image.empty() ? image_if_none : definition.image},
            {"workingDir", variables.at("TM_REPO_PATH")}};
  if (!definition.command.empty()) main["command"] = arguments(definition.command, node, elsewhere, env);
  if (!definition.args.empty()) main["args"] = arguments(definition.args, node, elsewhere, env);
  main["env"] = std::move(env);
  if (!definition.resources.is_null()) main["resources"] = definition.resources;
  return main;
}

void add_files(const Node& node, const std::function<SecretKey(const ConfigElement&)>& written, Json& volumes,
               Json& mounts) {
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (element.type != ConfigElement::Type::file || withheld(node, element)) continue;
    const auto name = fmt::format("file-{}", volumes.size());
    const auto& from = element.value.from;
    const auto item = [&](const std::string& key) {
      return Json::array({{{"key", key}, {"path", "content"}}});
    };
    if (from && from->kind == KeyRef::Kind::config_map) {
      volumes.push_back({{"name", name}, {"configMap", {{"name", from->name}, {"items", item(from->key)}}}});
    } else {
      const auto place = from ? SecretKey{from->name, from->key} : written(element);
      volumes.push_back(
          {{"name", name}, {"secret", {{"secretName", place.secret}, {"items", item(place.key)}}}});
    }
    mounts.push_back({{"name", name}, {"mountPath", element.path}, {"subPath", "content"}});
  }
}

}  // namespace harness::testrun
