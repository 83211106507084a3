// components.yaml: whatever it holds, it is a project in which every name leads somewhere, or an error.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "broken.h"
#include "config/project.h"
#include "input_file.h"

namespace {

using namespace harness;

/// What goes into folders, URLs and labels is of letters, digits and a few signs.
bool is_plain(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos &&
         name.find("..") == std::string::npos;
}

void check(const Project& project) {
  for (const auto& image : project.images) {
    if (!is_plain(image.name)) broken("an image is called " + image.name);
    if (!image.base.empty() && !project.image(image.base)) broken("there is no base " + image.base);
    if (!image.builder.empty() && !project.builders.contains(image.builder))
      broken("there is no builder " + image.builder);
    size_t depth = 0;
    for (const auto* below = &image; below; below = project.image(below->base))
      if (++depth > project.images.size()) broken("bases go in a circle at " + image.name);
  }
  for (const auto& component : project.components) {
    if (!is_plain(component.name)) broken("a component is called " + component.name);
    if (component.timeout_seconds < 1) broken("no time is left for " + component.name);
    for (const auto& image : component.images)
      if (!project.image(image)) broken("there is no image " + image);
    for (const auto& other : component.after)
      if (!project.component(other)) broken("there is no component " + other);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const InputFile file("components.yaml");
  file.write(data, size);
  try {
    check(load_project(file.path()));
  } catch (const Error& e) {
    const std::string message = e.what();
    if (e.details.exit_code != kUsage || message.empty() || invalid_utf8(message) != std::string::npos)
      broken("this is no message: " + message);
  }
  return 0;
}
