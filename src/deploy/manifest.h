#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/project.h"
#include "deploy/render/documents.h"

namespace harness {

/// How much longer a name is than the generateName that it was made of.
inline constexpr size_t kSuffixSize = 5;

/// Where an object was read from. Empty for one that the harness makes itself.
struct Origin {
  std::shared_ptr<const ManifestText> manifest;
  size_t document = 0;
  std::string pointer;  ///< to the object in the document's body: "/items/2" in a List
};

/// One object of a manifest.
struct Object {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string name_space;  ///< that of the project where the document names none
  nlohmann::json body;     ///< as it is applied
  Origin origin = {};
  bool is_generated = false;  ///< its name was made of generateName: another one in each run
  int service_port = 0;       ///< of a Service: its first port
  std::string ready =
      {};  ///< the condition that makes it ready (`ready:` of its component); empty: what kstatus says
};

/// "deploy/web.yaml:12:5": where `pointer` of the object's body is written, the object itself where it has no
/// such field. Of what was rendered "kustomize config/test: Deployment default/web". Empty for one without
/// origin.
std::string place_of(const Object& object, const std::string& pointer = "");

/// The scalar that is written there, without quotes; empty for an object without origin.
std::string written_at(const Object& object, const std::string& pointer);

/// The objects of a manifest; those of a List are its items. `name_space` is that of objects which name none.
/// Throws Error (kUsage) with file, line and column: text that cannot be read, a document without apiVersion,
/// kind or name. `change` gets each document before it is looked at, and may throw FieldProblem.
std::vector<Object> read_manifest(ManifestText manifest, const std::string& name_space = "default",
                                  const std::function<void(nlohmann::json& body)>& change = {});

/// What is wrong with a field of a document; the reader of the manifest knows where that is written.
struct FieldProblem {
  nlohmann::json::json_pointer field;
  std::string problem;
};

}  // namespace harness
