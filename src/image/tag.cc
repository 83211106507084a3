#include "image/tag.h"

#include "base/error.h"
#include "base/hash.h"
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

std::string hash_inputs(const Project& project, const Image& image, const std::vector<Input>& inputs, std::stop_token stop) {
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
  for (const auto& [source, target] : image.files) inputs.push_back({source, Input::Counts::if_tracked});
  return Fields().add("files").add(hash_inputs(project, image, inputs, stop)).add(project.builders.at(image.builder)).add(image.target).add(image.files).hex();
}

std::string image_hash(const std::string& files_hash, const std::string& base_digest, const Image& image) {
  return Fields().add("image").add(files_hash).add(base_digest).add(image.entrypoint).add(image.env).hex();
}

std::string dockerfile_hash(const Project& project, const Image& image, const std::string& bases, std::stop_token stop) {
  auto inputs = inputs_of(image.inputs);
  inputs.push_back({image.dockerfile.string()});
  inputs.push_back({image.context.string(), Input::Counts::everything});
  return Fields().add("dockerfile").add(hash_inputs(project, image, inputs, stop)).add(image.dockerfile.string()).add(image.context.string()).add(bases).hex();
}

std::string command_hash(const Project& project, const Image& image, std::stop_token stop) {
  return Fields().add("command").add(image.command).add(image.inputs.empty() ? "" : hash_inputs(project, image, inputs_of(image.inputs), stop)).hex();
}

std::string sources_hash(const Project& project, const Image& image, std::stop_token stop) {
  switch (image.kind) {
    case Image::Kind::dockerfile: return dockerfile_hash(project, image, "", stop);
    case Image::Kind::command: return command_hash(project, image, stop);
    case Image::Kind::pull: return Fields().add("pull").add(image.pull).hex();
    case Image::Kind::builder: break;
  }
  const Image* base = project.image(image.base);
  const auto below = base ? sources_hash(project, *base, stop) : "";
  if (!image.inputs.empty()) return image_hash(files_hash(project, image, stop), below, image);
  std::vector<Input> files;
  for (const auto& [source, target] : image.files) files.push_back({source, Input::Counts::everything});
  return image_hash(Fields().add(hash_inputs(project, image, files, stop)).add(image.files).hex(), below, image);
}

}  // namespace harness
