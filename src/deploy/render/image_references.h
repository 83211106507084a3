#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// An image of the registry that an object names: of a container (`image:`), or handed on to a program that starts pods itself (a variable's `value:`, an
/// item of `args:`).
struct ImageUse {
  std::string image;    ///< "deck" of "localhost:5001/deck:v1"
  std::string pointer;  ///< to the value in the object's body
};

/// Every image of `registry` that the object names. No registry: none.
std::vector<ImageUse> image_uses(const Object& object, const std::string& registry);

/// Replaces each image of `registry` by its entry of `references` (name -> what a pod runs). Throws Error (kUsage) with file, line and column where one is not
/// among them.
void replace_images(Object& object, const std::string& registry, const std::map<std::string, std::string>& references);

/// The error of an image that components.yaml has not.
[[noreturn]] void fail_unknown_image(const Object& object, const ImageUse& use, const std::string& project_file);

}  // namespace harness
