#include "testrun/pod_parts.h"

#include <fmt/format.h>

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

Json env_of(const Node& node, const std::map<std::string, std::string>& variables, const AsText& as_text) {
  auto env = Json::array();
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (variables.contains(element.name) || withheld(node, element)) continue;
    const auto& from = element.value.from;
    if (element.type == ConfigElement::Type::file)
      env.push_back({{"name", element.name}, {"value", as_text(element.path)}});
    else if (from)
      env.push_back({{"name", element.name}, {"valueFrom", {{from->kind == KeyRef::Kind::secret ? "secretKeyRef" : "configMapKeyRef", {{"name", from->name}, {"key", from->key}}}}}});
    else
      env.push_back({{"name", element.name}, {"value", as_text(element.value.text)}});
  }
  for (const auto& [name, value] : variables) env.push_back({{"name", name}, {"value", value}});
  return env;
}

Json texts(const std::vector<std::string>& all, const AsText& as_text) {
  auto list = Json::array();
  for (const auto& one : all) list.push_back(as_text(one));
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

bool withheld(const Node& node, const ConfigElement& element) { return node.step->untrusted && element.value.secret(); }

std::map<std::string, std::string> folder_variables(const Node& node) {
  const auto& place = *node.found->place;
  std::map<std::string, std::string> variables{
      {"TM_KUBECONFIG_PATH", kPodFolder + "/kubeconfig"}, {"TM_EXPORT_PATH", kPodFolder + "/export"}, {"TM_REPO_PATH", kPodFolder + "/repo"}, {"TM_GIT_SHA", place.commit}, {"TM_GIT_REF", place.ref}};
  if (!node.step->untrusted) variables["TM_SHARED_PATH"] = kPodFolder + "/shared";
  return variables;
}

Json main_container(const Node& node, const std::string& image_if_none, const std::map<std::string, std::string>& variables, const AsText& as_text) {
  const auto& definition = node.definition();
  const auto repo = variables.find("TM_REPO_PATH");
  Json main{{"name", "main"}, {"image", definition.image.empty() ? image_if_none : definition.image}, {"workingDir", repo->second}};
  if (!definition.command.empty()) main["command"] = texts(definition.command, as_text);
  if (!definition.args.empty()) main["args"] = texts(definition.args, as_text);
  main["env"] = env_of(node, variables, as_text);
  if (!definition.resources.is_null()) main["resources"] = definition.resources;
  return main;
}

void add_files(const Node& node, const std::function<SecretKey(const ConfigElement&)>& written, Json& volumes, Json& mounts) {
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (element.type != ConfigElement::Type::file || withheld(node, element)) continue;
    const auto name = fmt::format("file-{}", volumes.size());
    const auto& from = element.value.from;
    const auto item = [&](const std::string& key) { return Json::array({{{"key", key}, {"path", "content"}}}); };
    if (from && from->kind == KeyRef::Kind::config_map) {
      volumes.push_back({{"name", name}, {"configMap", {{"name", from->name}, {"items", item(from->key)}}}});
    } else {
      const auto place = from ? SecretKey{from->name, from->key} : written(element);
      volumes.push_back({{"name", name}, {"secret", {{"secretName", place.secret}, {"items", item(place.key)}}}});
    }
    mounts.push_back({{"name", name}, {"mountPath", element.path}, {"subPath", "content"}});
  }
}

}  // namespace harness::testrun
