#include "image/tag.h"

#include "base/error.h"
#include "base/hash.h"
#include "image/build_context.h"
#include "image/input_hash.h"

namespace harness {

namespace {

/// Each field with its length before it, so that no two lists of fields look alike.
class Fields {
 public:
  Fields& add(const std::string& field) {
    hash_.update(std::to_string(field.size()) + ":" + field);
    return *this;
  }
  Fields& add(const std::vector<std::string>& list) {
    add(std::to_string(list.size()));
    for (const auto& field : list) add(field);
    return *this;
  }
  Fields& add(const std::map<std::string, std::string>& map) {
    add(std::to_string(map.size()));
    for (const auto& [key, value] : map) add(key).add(value);
    return *this;
  }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

std::string hash_inputs(const Project& project, const Image& image, const std::vector<Input>& inputs,
                        std::stop_token stop) {
  try {
    return hash_files(project.root, inputs, stop);
  } catch (const Error& e) {
    throw Error("image " + image.name + ": " + e.what(), e.details);
  }
}

}  // namespace

std::string tag_of(const std::string& hash) { return hash.substr(0, 32); }

std::string files_hash(const Project& project, const Image& image, std::stop_token stop) {
  auto inputs = inputs_of(image.inputs);
  switch (image.kind) {
    case Image::Kind::pull:
      return Fields().add("pull").add(image.pull).hex();
    case Image::Kind::command:
      return Fields()
          .add("command")
          .add(image.command)
          .add(inputs.empty() ? "" : hash_inputs(project, image, inputs, stop))
          .hex();
    case Image::Kind::dockerfile:
      inputs.push_back({image.dockerfile.string(), Input::Counts::in_any_case});
      inputs.push_back({image.context.string(), Input::Counts::as_docker_sends,
                        context_rules(project, image, docker_builder())});
      return Fields()
          .add("dockerfile")
          .add(hash_inputs(project, image, inputs, stop))
          .add(image.dockerfile.string())
          .add(image.context.string())
          .add(image.target)
          .add(image.settings.args)
          .add(image.settings.platform)
          .add(image.settings.secrets)
          .hex();
    case Image::Kind::builder:
      break;
  }
  const auto made = std::make_shared<const MadeFiles>(project.root);
  for (const auto& [target, source] : files_of(project, image))
    inputs.push_back(
        {source, image.inputs.empty() ? Input::Counts::in_any_case : Input::Counts::unless_made, {}, made});
  return Fields()
      .add("files")
      .add(hash_inputs(project, image, inputs, stop))
      .add(project.builders.at(image.builder))
      .add(image.target)
      .add(image.files)
      .hex();
}

std::string image_hash(const std::string& files_hash, const std::string& base_digest, const Image& image) {
  return Fields()
      .add("image")
      .add(files_hash)
      .add(base_digest)
      .add(image.entrypoint)
      .add(image.env)
      .add(image.user)
      .hex();
}

std::string dockerfile_hash(const std::string& files_hash, const std::string& bases) {
  return Fields().add("bases").add(files_hash).add(bases).hex();
}

std::string sources_hash(const std::string& files_hash, const Image& image) {
  return image.kind == Image::Kind::builder ? image_hash(files_hash, image.base, image) : files_hash;
}

}  // namespace harness
