#include "cli/planned_objects.h"

#include "base/secrets.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// As it may be shown.
Json shown(const Object& object) {
  Json body = object.body;
  if (object.kind != "Secret" || object.api_version != "v1") return body;
  for (const char* part : {"data", "stringData"})
    if (body.contains(part) && body[part].is_object())
      for (auto& value : body[part]) value = kHidden;
  if (body.contains("/metadata/annotations"_json_pointer))
    body["metadata"].erase("annotations");  // one of them may be what kubectl applied last
  return body;
}

}  // namespace

std::string describe_objects(const Plan& plan, const Project& project, const ComponentObjects& objects,
                             bool verbose) {
  std::string text;
  for (const auto& name : plan.components)
    for (const auto& object : objects.written(*project.component(name))) {
      const bool is_rendered = object.origin.manifest && !object.origin.manifest->source.empty();
      if (!is_rendered && !verbose) continue;
      text += "render    " + place_of(object) + (is_rendered ? "" : ": " + object.kind + " " + object.name) +
              "\n";
      if (verbose) text += shown(object).dump(2) + "\n";
    }
  return text;
}

}  // namespace harness
