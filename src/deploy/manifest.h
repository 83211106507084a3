#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// One document of a manifest file. `yaml` is the text as it was written, but for image references.
struct Object {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string name_space;  ///< that of the project where the document names none
  std::string yaml;
  int service_port = 0;    ///< of a Service: its first port
};

/// An image of the registry in a manifest's text: of a container (`image:`), or handed on to a program that starts pods itself (a
/// variable's `value:`, an item of `args:`).
struct ImageUse {
  std::string image;  ///< "deck" of "localhost:5001/deck:v1"
  size_t offset = 0;  ///< where the value begins in the text
  size_t size = 0;
  int line = 0;       ///< from 1
};

/// Every image of `registry` that the manifest `text` names, in its order. Throws Error (kUsage) with `file` and line
/// where the text is no YAML. No registry: none.
std::vector<ImageUse> image_uses(const std::string& text, const std::string& registry, const std::filesystem::path& file);

/// What a component's manifest says, with ${HARNESS_NAMESPACE} filled in: the namespace of what names none.
std::string manifest_text(const Project& project, const Component& component);

/// The manifest's documents with each image of `registry` replaced by its entry of `references` (name -> what a pod runs).
/// `name_space` is that of objects which name none. Throws Error (kUsage) with file and line: an image that nobody builds, a document without kind or name.
std::vector<Object> read_manifest(const std::string& text, const std::string& registry,
                                  const std::map<std::string, std::string>& references, const std::filesystem::path& file,
                                  const std::string& name_space = "default");

}  // namespace harness
