#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// The text of a manifest, kept to say where something stands in it.
struct ManifestText {
  std::string file;  ///< as errors name it
  std::string text;  ///< UTF-8
  std::string source =
      {};  ///< of what was rendered: "helm charts/web". Messages name it and the object instead of a line
};

/// One document: what kubectl makes of it (https://yaml.org/spec/1.1/ and JSON).
struct Document {
  nlohmann::json body;
  size_t index = 0;  ///< among those of its text
  Position at;       ///< where it begins
};

/// The documents of a manifest; those that hold nothing are left out. JSON, one value or several, is read as
/// well as YAML. Throws Error (kUsage) as "file:line:column: problem": what is no YAML, a key that a mapping
/// has twice (of what was rendered the later one counts, as for the tool), aliases that grow without bounds.
std::vector<Document> parse_documents(const ManifestText& manifest);

/// Where `pointer` of the document's body is written; of what it has not, where the nearest thing around it
/// is. Reads the text once more: it is asked only where something is wrong.
Position position_of(const ManifestText& manifest, size_t document,
                     const nlohmann::json::json_pointer& pointer);
/// The text of a scalar as it is written, without quotes; empty where there is none.
std::string scalar_at(const ManifestText& manifest, size_t document,
                      const nlohmann::json::json_pointer& pointer);

}  // namespace harness
