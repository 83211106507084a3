#include "testrun/emit/written.h"

#include <map>

#include "base/hash.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kHashDigits = 12;

}  // namespace

std::string written_key(const ConfigElement& element) {
  return "file-" + sha256_hex(element.value.text).substr(0, kHashDigits);
}

Json written_data(const Testrun& run, const Plan& plan) {
  std::map<std::string, std::string> data;
  for (const auto& [name, value] : run.kubeconfigs)
    if (!value.from) data[name + ".config"] = value.text;
  for (const auto* flow : {&plan.testflow, &plan.on_exit})
    for (const auto& node : flow->nodes)
      for (const auto& setting : node.config)
        if (setting.element->type == ConfigElement::Type::file && !setting.element->value.from)
          data[written_key(*setting.element)] = setting.element->value.text;
  return data;
}

Json kubeconfig_volume(const Testrun& run, const std::string& secret, bool untrusted) {
  auto sources = Json::array();
  for (const auto& [name, value] : run.kubeconfigs) {
    if (untrusted && name != "shoot") continue;
    const bool config_map = value.from && !value.secret();
    const auto key = value.from ? value.from->key : name + ".config";
    sources.push_back({{config_map ? "configMap" : "secret",
                        {{"name", value.from ? value.from->name : secret},
                         {"items", {{{"key", key}, {"path", name + ".config"}}}}}}});
  }
  if (sources.empty()) return nullptr;
  return {{"projected", {{"sources", std::move(sources)}}}};
}

}  // namespace harness::testrun
