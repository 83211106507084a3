#include "image/docker_image.h"

#include "base/process.h"
#include "base/text.h"

namespace harness {

nlohmann::json docker_image(const std::string& reference, std::stop_token stop) {
  const auto result =
      run({.args = {"docker", "image", "inspect", "--format", "{{json .}}", reference}}, stop);
  const auto image = result.ok() ? nlohmann::json::parse(result.out, nullptr, false) : nlohmann::json();
  return image.is_object() ? image : nlohmann::json();
}

std::string docker_id(const std::string& reference, std::stop_token stop) {
  const auto result = run({.args = {"docker", "image", "inspect", "--format", "{{.Id}}", reference}}, stop);
  return result.ok() ? trim(result.out) : "";
}

}  // namespace harness
