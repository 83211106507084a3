#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// Where a value stands in a YAML file; lines and columns count from 1, 0 is "not in a file".
struct Position {
  int line = 0;
  int column = 0;
};

/// `kustomize:`
struct Kustomization {
  std::string folder;  ///< relative to the project
  Position at;
};

/// One entry of `images:` of a chart.
struct ChartImage {
  std::string path;   ///< in the values, of what the chart has as an image's name: "image.repository"
  std::string image;  ///< of the project
  Position at;
};

/// `helm:`
struct HelmChart {
  std::string chart;                       ///< a path in the project; a repository's URL/NAME; oci://..
  std::vector<std::string> values;         ///< files
  std::map<std::string, std::string> set;  ///< path in the values, as `--set` has it -> JSON
  std::vector<ChartImage> images;
  std::string release;
  std::string name_space;  ///< empty: the project's
  std::string version;     ///< that the chart must have; empty: any
  Position at;
};

/// `render:`
struct RenderCommand {
  std::string command;              ///< run by `sh -c` in the project; its standard output is manifests
  std::vector<std::string> inputs;  ///< empty: it runs every time
  Position at;
};

/// One entry of `configMaps:` or `secrets:`
struct ConfigFiles {
  bool is_secret = false;
  std::string name;
  std::vector<std::string> files;      ///< FILE, FOLDER or KEY=FILE
  std::vector<std::string> env_files;  ///< of lines NAME=VALUE
  std::string name_space;              ///< empty: the project's
  std::string type;                    ///< of a Secret; empty: Opaque
  Position at;
};

/// Where the objects of a component come from; all of it together.
struct Sources {
  std::vector<std::filesystem::path>
      manifests;  ///< files, relative to the project, in the order in which they are read
  std::vector<std::string> manifest_folders;  ///< those in which `manifest:` looks for files
  std::optional<Kustomization> kustomize;
  std::optional<HelmChart> helm;
  std::optional<RenderCommand> render;
  std::vector<ConfigFiles> configs;
  bool substitutes = false;  ///< ${HARNESS_NAMESPACE} stands for the namespace of what names none
};

}  // namespace harness
