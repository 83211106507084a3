#include <fmt/format.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/text.h"
#include "testrun/read.h"

namespace harness::testrun {

namespace {

constexpr auto kKubernetes = Reading::kubernetes;
constexpr const char* kApiVersion = "testmachinery.sapcloud.io/v1beta1";

Location read_location(YamlReader& reader, const YAML::Node& node) {
  Location location{.at = YamlReader::position(node)};
  Fields fields(reader, node, "a location", {"type", "repo", "revision", "hostPath"}, kKubernetes);
  const auto type = fields.text("type");
  location.repo = fields.text("repo");
  location.revision = fields.text("revision");
  location.host_path = fields.text("hostPath");
  location.type = type == "local" ? Location::Type::local : Location::Type::git;
  const auto needs = [&](const char* key) {
    if (fields.text(key).empty())
      reader.problem(location.at, fmt::format("a location of type {} needs \"{}\"", type, key));
  };
  if (type == "git") {
    needs("repo");
    needs("revision");
  } else if (type == "local") {
    needs("hostPath");
  } else if (node.IsMap()) {
    reader.problem(fields.at("type"),
                   type.empty() ? "a location needs a type: git or local"
                                : fmt::format("a location's type \"{}\" must be git or local", type));
  }
  return location;
}

std::vector<Location> read_locations(YamlReader& reader, Fields& fields, const std::string& key) {
  std::vector<Location> locations;
  for (const auto& node : fields.sequence(key)) locations.push_back(read_location(reader, node));
  return locations;
}

void read_location_sets(YamlReader& reader, Fields& spec, Testrun& run) {
  for (const auto& node : spec.sequence("locationSets")) {
    LocationSet set{.at = YamlReader::position(node)};
    Fields fields(reader, node, "a location set", {"name", "default", "locations"}, kKubernetes);
    set.name = fields.text("name");
    set.is_default = fields.boolean("default");
    set.locations = read_locations(reader, fields, "locations");
    if (!node.IsMap()) continue;
    if (set.name.empty()) reader.problem(set.at, "a location set needs a name");
    if (set.locations.empty())
      reader.problem(set.at, fmt::format("location set \"{}\" has no locations", set.name));
    for (const auto& other : run.location_sets) {
      if (other.name == set.name && !set.name.empty())
        reader.problem(fields.at("name"), fmt::format("duplicate location set \"{}\"", set.name));
      if (other.is_default && set.is_default)
        reader.problem(
            fields.at("default"),
            fmt::format("location sets \"{}\" and \"{}\" are both the default", other.name, set.name));
    }
    run.location_sets.push_back(std::move(set));
  }
  if (!spec.has("testLocations")) return;
  const auto at = spec.at("testLocations");
  if (spec.has("locationSets")) reader.problem(at, "testLocations and locationSets exclude each other");
  reader.remark(at, "note: testLocations is the older form of a default location set");
  run.location_sets.push_back(
      {.name = "", .is_default = true, .locations = read_locations(reader, spec, "testLocations"), .at = at});
}

void read_kubeconfigs(YamlReader& reader, const YAML::Node& node, Testrun& run) {
  for (const auto& [key, value] : entries(reader, node, "kubeconfigs")) {
    const auto& name = key.Scalar();
    const auto what = fmt::format("kubeconfig \"{}\"", name);
    if (value.IsNull()) continue;
    if (const auto problem = dns_label_problem(what, name); !problem.empty())
      reader.problem(YamlReader::position(key), problem);
    if (value.IsMap()) {
      run.kubeconfigs[name].from = read_key_ref(reader, value, what);
    } else if (value.IsScalar()) {
      run.kubeconfigs[name].text = value.Scalar();
      const auto decoded = base64_decoded(value.Scalar());
      if (!decoded || decoded->empty())
        reader.problem(YamlReader::position(value),
                       what + " must be base64, a secretKeyRef or a configMapKeyRef");
    } else {
      reader.problem(YamlReader::position(value),
                     what + " must be base64, a secretKeyRef or a configMapKeyRef");
    }
  }
}

void read_metadata(YamlReader& reader, const YAML::Node& node, Testrun& run) {
  Fields metadata(reader, node, "metadata", {"name", "generateName", "namespace", "labels", "annotations"},
                  kKubernetes);
  if (const auto name_space = metadata.text("namespace"); !name_space.empty()) run.name_space = name_space;
  if (metadata.has("annotations")) run.annotations = metadata.map("annotations");
  run.executor = read_executor(reader, run.annotations, metadata.at("annotations"));
  for (const auto* key : {"generateName", "name"}) {
    auto name = metadata.text(key);
    if (name.empty()) continue;
    while (name.ends_with("-") && key == std::string("generateName")) name.pop_back();
    if (const auto problem = dns_label_problem("a Testrun", name); !problem.empty())
      reader.problem(metadata.at(key), problem);
    run.base_name = name;
  }
}

void read_spec(YamlReader& reader, const YAML::Node& node, Testrun& run) {
  Fields spec(reader, node, "spec",
              {"creator", "owner", "recipientsOnFailure", "ttlSecondsAfterFinished", "testLocations",
               "locationSets", "kubeconfigs", "config", "testflow", "testFlow", "onExit"},
              kKubernetes);
  run.ttl_seconds = spec.number("ttlSecondsAfterFinished", 0);
  run.owner = spec.text("owner");
  run.recipients = spec.words("recipientsOnFailure");
  read_location_sets(reader, spec, run);
  if (const auto* kubeconfigs = spec.node("kubeconfigs")) read_kubeconfigs(reader, *kubeconfigs, run);
  run.config = read_config(reader, spec, "spec");
  if (spec.has("testFlow")) {
    reader.remark(spec.at("testFlow"), "note: testFlow is the older form of testflow");
    if (spec.has("testflow")) reader.problem(spec.at("testFlow"), "testflow and testFlow exclude each other");
  }
  run.testflow = read_flow(reader, spec, spec.has("testFlow") ? "testFlow" : "testflow");
  run.on_exit = read_flow(reader, spec, "onExit");
  if (run.testflow.empty()) reader.problem(spec.at("testflow"), "spec: testflow has no steps");
}

}  // namespace

std::string kind_of(const YAML::Node& root) {
  const YAML::Node kind = root.IsMap() ? root["kind"] : YAML::Node();
  return kind.IsDefined() && kind.IsScalar() ? kind.Scalar() : "";
}

Testrun read_testrun(const std::filesystem::path& file, const std::string& shown_as,
                     const Parameters& parameters) {
  Testrun run{.file = file, .reader = std::make_shared<YamlReader>(file, shown_as)};
  auto& reader = *run.reader;
  run.parameters = put_parameters(reader, parameters);
  Fields fields(reader, reader.root(), "a Testrun", {"apiVersion", "kind", "metadata", "spec", "status"},
                kKubernetes);
  if (fields.text("kind") != "Testrun") reader.problem(fields.at("kind"), "kind must be Testrun");
  if (fields.text("apiVersion") != kApiVersion)
    reader.problem(fields.at("apiVersion"), fmt::format("apiVersion must be {}", kApiVersion));
  run.base_name = is_dns_label(file.stem().string()) ? file.stem().string() : "testrun";
  if (const auto* metadata = fields.node("metadata")) read_metadata(reader, *metadata, run);
  fields.require("spec");
  if (const auto* spec = fields.node("spec")) read_spec(reader, *spec, run);
  return run;
}

}  // namespace harness::testrun
