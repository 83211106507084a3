#include "config/read_sources.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "config/manifest_files.h"
#include "config/yaml_json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// Reads the sources of one component.
class SourceReader {
 public:
  SourceReader(YamlReader& reader, Fields& fields, const std::string& what, const fs::path& root)
      : reader_(reader), fields_(fields), what_(what), root_(root) {}

  Sources read() {
    read_manifests();
    read_kustomization();
    read_chart();
    read_command();
    read_configs("configMaps", false);
    read_configs("secrets", true);
    if (fields_.has("substitute")) {
      for (const auto& item : fields_.items("substitute"))
        if (item.text != "HARNESS_NAMESPACE")
          reader_.unknown(item.at, fmt::format("{}: \"substitute\" knows no {}", what_, item.text), item.text,
                          {"HARNESS_NAMESPACE"});
      sources_.substitutes = true;
    }
    return std::move(sources_);
  }

 private:
  void read_manifests() {
    for (const auto& item : fields_.items("manifest")) {
      auto found = find_manifests(root_, item.text);
      if (!found.problem.empty()) reader_.problem(item.at, fmt::format("{}: {}", what_, found.problem));
      if (!found.folder.empty()) sources_.manifest_folders.push_back(found.folder);
      for (auto& file : found.files)
        if (std::find(sources_.manifests.begin(), sources_.manifests.end(), file) == sources_.manifests.end())
          sources_.manifests.push_back(std::move(file));
    }
  }

  void read_kustomization() {
    if (!fields_.has("kustomize")) return;
    sources_.kustomize = Kustomization{fields_.text("kustomize"), fields_.at("kustomize")};
    const auto folder = root_ / sources_.kustomize->folder;
    const auto has = [&](const char* name) { return fs::is_regular_file(folder / name); };
    if (!fs::is_directory(folder))
      reader_.problem(fields_.at("kustomize"),
                      fmt::format("{}: there is no folder {}", what_, sources_.kustomize->folder));
    else if (!has("kustomization.yaml") && !has("kustomization.yml") && !has("Kustomization"))
      reader_.problem(fields_.at("kustomize"), fmt::format("{}: the folder {} has no kustomization.yaml",
                                                           what_, sources_.kustomize->folder));
  }

  void read_chart() {
    const auto* node = fields_.node("helm");
    if (!node) return;
    Fields fields(reader_, *node, what_ + ": helm",
                  {"chart", "repo", "values", "set", "images", "release", "namespace", "version"});
    HelmChart chart{.chart = fields.text("chart"),
                    .release = fields.text("release"),
                    .name_space = fields.text("namespace"),
                    .version = fields.text("version"),
                    .at = fields_.at("helm")};
    if (node->IsMap()) fields.require("chart");
    if (fields.has("repo") || chart.chart.starts_with("oci://"))
      read_origin(chart, fields);
    else if (fields.has("chart"))
      check_chart(chart.chart, fields.at("chart"));
    for (const auto& item : fields.items("values")) {
      if (!fs::is_regular_file(root_ / item.text))
        reader_.problem(item.at, fmt::format("{}: there is no file {}", what_, item.text));
      chart.values.push_back(item.text);
    }
    if (const auto* set = fields.node("set"))
      for (const auto& [name, value] : entries(reader_, *set, what_ + ": \"set\""))
        chart.set[name.Scalar()] = json_of(value).dump();
    if (const auto* images = fields.node("images"))
      for (const auto& [path, image] : entries(reader_, *images, what_ + ": \"images\""))
        chart.images.push_back({path.Scalar(), image.Scalar(), YamlReader::position(image)});
    if (fields.has("release")) check_name(chart.release, fields.at("release"), "the name of a release");
    if (fields.has("namespace")) check_name(chart.name_space, fields.at("namespace"), "a namespace");
    sources_.helm = std::move(chart);
  }

  /// Of a chart that is not the project's.
  void read_origin(HelmChart& chart, Fields& fields) {
    auto repo = fields.text("repo");
    while (repo.ends_with('/')) repo.pop_back();
    static const RE2 exact("v?\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?"),
        url("https?://[^/]+.*");
    if (fields.has("repo") && chart.chart.starts_with("oci://"))
      reader_.problem(
          fields.at("repo"),
          fmt::format("{}: helm: {} is an address by itself: it needs no \"repo\"", what_, chart.chart));
    else if (fields.has("repo") && !RE2::FullMatch(repo, url))
      reader_.problem(fields.at("repo"),
                      fmt::format("{}: helm: \"repo\" must be the URL of a chart repository such as "
                                  "https://charts.example.com, not \"{}\"",
                                  what_, repo));
    if (!RE2::FullMatch(chart.version, exact))
      reader_.problem(
          fields.at("version"),
          fmt::format("{}: helm: a chart that is fetched needs an exact \"version\" such as 1.2.3{}", what_,
                      chart.version.empty()
                          ? ""
                          : ", not \"" + chart.version + "\": a range would be another chart some day"));
    if (!fields.has("repo")) return;
    if (chart.chart.find('/') != std::string::npos)
      reader_.problem(
          fields.at("chart"),
          fmt::format("{}: helm: with \"repo\" the chart is a name, not \"{}\"", what_, chart.chart));
    chart.chart = repo + "/" + chart.chart;
  }

  void check_chart(const std::string& chart, Position at) {
    if (fs::is_directory(root_ / chart) && !fs::is_regular_file(root_ / chart / "Chart.yaml"))
      reader_.problem(at, fmt::format("{}: the folder {} has no Chart.yaml", what_, chart));
    else if (!fs::exists(root_ / chart))
      reader_.problem(at,
                      fmt::format("{}: there is no {}: a chart is a folder or a .tgz of the project, such as "
                                  "\"helm pull\" writes, or has \"repo\" and \"version\"",
                                  what_, chart));
  }

  void read_command() {
    const auto* node = fields_.node("render");
    if (!node) return;
    Fields fields(reader_, *node, what_ + ": render", {"command", "inputs"});
    RenderCommand command{fields.text("command"), {}, fields_.at("render")};
    if (node->IsMap()) fields.require("command");
    for (const auto& item : fields.items("inputs")) {
      if (!fs::exists(root_ / item.text))
        reader_.problem(item.at, fmt::format("{}: there is no {}", what_, item.text));
      command.inputs.push_back(item.text);
    }
    sources_.render = std::move(command);
  }

  void read_configs(const std::string& key, bool is_secret) {
    const auto* node = fields_.node(key);
    if (!node) return;
    for (const auto& [name, value] : entries(reader_, *node, fmt::format("{}: \"{}\"", what_, key))) {
      const auto title =
          fmt::format("{}: {} \"{}\"", what_, is_secret ? "secret" : "configMap", name.Scalar());
      std::vector<std::string> known{"files", "envFiles", "namespace"};
      if (is_secret) known.push_back("type");
      Fields fields(reader_, value, title, known);
      ConfigFiles config{.is_secret = is_secret,
                         .name = name.Scalar(),
                         .name_space = fields.text("namespace"),
                         .type = fields.text("type"),
                         .at = YamlReader::position(name)};
      check_name(config.name, config.at, is_secret ? "the name of a Secret" : "the name of a ConfigMap", 253,
                 true);
      if (fields.has("namespace")) check_name(config.name_space, fields.at("namespace"), "a namespace");
      for (const auto& item : fields.items("files")) {
        const auto path = item.text.substr(item.text.find('=') + 1);
        if (!fs::exists(root_ / path))
          reader_.problem(item.at, fmt::format("{}: there is no {}", title, path));
        config.files.push_back(item.text);
      }
      for (const auto& item : fields.items("envFiles")) {
        if (!fs::is_regular_file(root_ / item.text))
          reader_.problem(item.at, fmt::format("{}: there is no file {}", title, item.text));
        config.env_files.push_back(item.text);
      }
      if (value.IsMap() && config.files.empty() && config.env_files.empty())
        reader_.problem(config.at, title + " needs \"files\" or \"envFiles\"");
      sources_.configs.push_back(std::move(config));
    }
  }

  void check_name(const std::string& name, Position at, const std::string& of, size_t longest = 63,
                  bool may_have_dots = false) {
    static const RE2 label("[a-z0-9]([a-z0-9-]*[a-z0-9])?"),
        subdomain("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    if (name.size() > longest || !RE2::FullMatch(name, may_have_dots ? subdomain : label))
      reader_.problem(at, fmt::format("{}: \"{}\" is not {}: lower-case letters, digits and -{}", what_, name,
                                      of, may_have_dots ? ", with dots between them" : ""));
  }

  YamlReader& reader_;
  Fields& fields_;
  const std::string& what_;
  const fs::path& root_;
  Sources sources_;
};

}  // namespace

Sources read_sources(YamlReader& reader, Fields& fields, const std::string& what, const fs::path& root) {
  return SourceReader(reader, fields, what, root).read();
}

}  // namespace harness
