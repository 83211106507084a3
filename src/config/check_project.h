#pragma once

#include "config/project.h"
#include "config/yaml_reader.h"

namespace harness {

/// What a single entry must hold besides its types: names, paths that exist. Problems go to `reader`.
void check_image(YamlReader& reader, const Image& image, const std::filesystem::path& root,
                 const Fields& fields);
void check_component(YamlReader& reader, const Component& component, const Project& so_far,
                     const Fields& fields);
/// Of a `helm:` entry: its component, which is among those of `so_far`, and what goes with it.
void check_chart_test(YamlReader& reader, const TestProgram& test, const Project& so_far,
                      const Fields& fields);
void check_test(YamlReader& reader, const TestProgram& test, const Fields& fields);

/// What entries say of each other: builders, bases, images and `after:` that exist, without cycles; the
/// registry.
void check_references(YamlReader& reader, const Project& project, const Fields& top);

template <typename Value>
std::vector<std::string> names_of(const std::map<std::string, Value>& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

}  // namespace harness
