#include "config/kind_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "config/yaml_json.h"
#include "config/yaml_reader.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kFile = "cluster-config/kind.yaml";
constexpr const char* kZone = "topology.kubernetes.io/zone";
constexpr int kGatewayPort = 80;  ///< in the node
/// Lists of patches: what the project adds comes after ours.
const std::vector<std::string> kPatches{"kubeadmConfigPatches", "containerdConfigPatches",
                                        "kubeadmConfigPatchesJSON6902", "containerdConfigPatchesJSON6902"};
const std::vector<std::string> kMappings{"networking", "featureGates", "runtimeConfig"};

/// Checks what of a kind.yaml KIND would only refuse once it makes the cluster, or what merging rests on.
class Checker {
 public:
  explicit Checker(YamlReader& reader) : reader_(reader) {}

  /// Whether the file says `replace: true`.
  bool check() {
    std::vector<std::string> known{"kind", "apiVersion", "name", "nodes", "replace"};
    known.insert(known.end(), kPatches.begin(), kPatches.end());
    known.insert(known.end(), kMappings.begin(), kMappings.end());
    Fields fields(reader_, reader_.root(), kFile, known);
    for (const auto& [key, value] :
         {std::pair{"kind", "Cluster"}, std::pair{"apiVersion", "kind.x-k8s.io/v1alpha4"}})
      if (fields.has(key) && fields.text(key) != value)
        reader_.problem(fields.at(key), fmt::format("{}: \"{}\" must be {}", kFile, key, value));
    for (const auto& key : kMappings)
      if (const auto* node = fields.node(key); node && !node->IsMap())
        reader_.problem(fields.at(key), fmt::format("{}: \"{}\" must be a mapping", kFile, key));
    for (const auto& key : kPatches) fields.sequence(key);
    const auto nodes = fields.sequence("nodes");
    for (const auto& node : nodes) check_node(node);
    if (fields.has("nodes") && !has_control_plane_)
      reader_.problem(fields.at("nodes"), fmt::format("{}: none of the nodes is a control plane", kFile));
    return fields.boolean("replace");
  }

 private:
  void check_node(const YAML::Node& node) {
    Fields fields(reader_, node, "a node",
                  {"role", "image", "labels", "extraMounts", "extraPortMappings", "kubeadmConfigPatches",
                   "kubeadmConfigPatchesJSON6902"});
    if (const auto role = fields.text("role");
        fields.has("role") && role != "control-plane" && role != "worker")
      reader_.problem(fields.at("role"), "a node: \"role\" must be control-plane or worker");
    has_control_plane_ = has_control_plane_ || !fields.has("role") || fields.text("role") == "control-plane";
    fields.map("labels");
    for (const auto& mapping : fields.sequence("extraPortMappings")) {
      Fields port(reader_, mapping, "a port mapping",
                  {"containerPort", "hostPort", "listenAddress", "protocol"});
      if (mapping.IsMap()) port.require("containerPort");
      port.number("containerPort", 1);
      port.number("hostPort", -1);
    }
  }

  YamlReader& reader_;
  bool has_control_plane_ = false;
};

bool is_control_plane(const Json& node) { return node.value("role", "control-plane") == "control-plane"; }

/// The mapping of the gateway's port; null where the node has none.
const Json* gateway_mapping(const Json& node) {
  if (node.contains("extraPortMappings"))
    for (const auto& mapping : node["extraPortMappings"])
      if (mapping.contains("hostPort") && mapping.contains("containerPort") &&
          mapping["containerPort"] == kGatewayPort)
        return &mapping;
  return nullptr;
}

/// `nodes`, with our image where one has none, and with our port at the first control plane where no node has
/// it.
Json completed(Json nodes, const Json& ours) {
  bool has_gateway = false;
  for (auto& node : nodes) {
    if (!node.contains("image")) node["image"] = ours.at("image");
    has_gateway = has_gateway || gateway_mapping(node);
  }
  const auto first = std::find_if(nodes.begin(), nodes.end(), is_control_plane);
  if (!has_gateway && first != nodes.end()) {
    auto& mappings = (*first)["extraPortMappings"];
    if (!mappings.is_array()) mappings = Json::array();
    for (const auto& mapping : ours.at("extraPortMappings")) mappings.push_back(mapping);
  }
  return nodes;
}

Json merged(Json config, const Json& changes) {
  for (const auto& [key, value] : changes.items()) {
    if (value.is_null()) continue;
    if (key == "nodes") {
      config[key] = completed(value, config.at("nodes").at(0));
    } else if (std::find(kPatches.begin(), kPatches.end(), key) != kPatches.end()) {
      auto& patches = config[key];
      if (!patches.is_array()) patches = Json::array();
      for (const auto& patch : value)
        if (std::find(patches.begin(), patches.end(), patch) == patches.end()) patches.push_back(patch);
    } else if (value.is_object() && config.contains(key)) {
      config[key].merge_patch(value);
    } else {
      config[key] = value;
    }
  }
  return config;
}

Json nodes_of(const Topology& topology, const Json& ours) {
  Json nodes = Json::array();
  for (int i = 0; i < topology.nodes; ++i) {
    Json node{{"role", i < topology.control_planes ? "control-plane" : "worker"}};
    if (!topology.zones.empty())
      node["labels"] = {{kZone, topology.zones[static_cast<size_t>(i) % topology.zones.size()]}};
    nodes.push_back(std::move(node));
  }
  return completed(std::move(nodes), ours);
}

/// Maps each port of `ports:` at the node that has the gateway's.
void add_ports(Json& config, const Project& project) {
  std::vector<std::pair<int, bool>> ports;
  for (const auto& component : project.components)
    for (const auto& port : component.ports) ports.emplace_back(port.port, port.is_udp);
  std::sort(ports.begin(), ports.end());  // the order of components makes no other cluster
  for (auto& node : config["nodes"]) {
    if (ports.empty() || !gateway_mapping(node)) continue;
    for (const auto& [port, is_udp] : ports)
      node["extraPortMappings"].push_back({{"containerPort", port},
                                           {"hostPort", port},
                                           {"listenAddress", "127.0.0.1"},
                                           {"protocol", is_udp ? "UDP" : "TCP"}});
    return;
  }
}

}  // namespace

std::string project_kind_config(const Project& project, std::string_view ours) {
  const auto file = project.root / kFile;
  Json config = json_of(YAML::Load(std::string(ours)));
  const Json own_node = config.at("nodes").at(0);
  bool has_nodes = false;
  if (std::filesystem::exists(file)) {
    YamlReader reader(file, kFile);
    const bool is_empty = reader.root().IsNull();
    const bool replaces = !is_empty && Checker(reader).check();
    if (!is_empty && reader.root().IsMap() && reader.root()["nodes"]) {
      has_nodes = true;
      if (project.topology.nodes > 0)
        reader.problem(YamlReader::position(reader.root()["nodes"]),
                       fmt::format("nodes: {} also has nodes:, control-planes: or zones:; keep one of them",
                                   project.file.filename().string()));
    }
    reader.finish();
    if (!is_empty) {
      auto changes = json_of(reader.root());
      changes.erase("replace");
      config = replaces ? std::move(changes) : merged(std::move(config), changes);
    }
  }
  if (project.topology.nodes > 0 && !has_nodes) config["nodes"] = nodes_of(project.topology, own_node);
  add_ports(config, project);
  return config.dump();
}

}  // namespace harness
