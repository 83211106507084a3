#include "deploy/render/image_references.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// An image of the registry and nothing else: "localhost:5001/deck", with a tag or digest or without.
bool is_image(const std::string& text, const std::string& prefix) {
  static const RE2 name_and_tag("[a-z0-9._-]+(?:/[a-z0-9._-]+)*(?:[:@][A-Za-z0-9._:-]+)?");
  return text.starts_with(prefix) && RE2::FullMatch(text.substr(prefix.size()), name_and_tag);
}

void collect(const Json& value, const Json::json_pointer& at, const std::string& prefix, std::vector<ImageUse>& uses) {
  if (value.is_object())
    for (const auto& [key, child] : value.items()) collect(child, at / key, prefix, uses);
  if (value.is_array())
    for (size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, prefix, uses);
  if (!value.is_string() || !is_image(value.get_ref<const std::string&>(), prefix)) return;
  std::string name = value.get_ref<const std::string&>().substr(prefix.size());
  name.resize(std::min(name.find_first_of(":@"), name.size()));
  uses.push_back({std::move(name), at.to_string()});
}

}  // namespace

std::vector<ImageUse> image_uses(const Object& object, const std::string& registry) {
  std::vector<ImageUse> uses;
  if (!registry.empty()) collect(object.body, Json::json_pointer(), registry + "/", uses);
  return uses;
}

void replace_images(Object& object, const std::string& registry, const std::map<std::string, std::string>& references) {
  for (const auto& use : image_uses(object, registry)) {
    const auto reference = references.find(use.image);
    if (reference == references.end()) fail_unknown_image(object, use, "components.yaml");
    object.body[Json::json_pointer(use.pointer)] = reference->second;
  }
}

void fail_unknown_image(const Object& object, const ImageUse& use, const std::string& project_file) {
  throw Error(place_of(object, use.pointer) + ": no image \"" + use.image + "\" in " + project_file, {.hint = "add it to images:, or correct the name", .exit_code = kUsage});
}

}  // namespace harness
