#include "config/read_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/template.h"
#include "config/check_project.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kOfBuilders{"target", "files", "base", "entrypoint", "env", "user", "inputs"};
const std::vector<std::string> kOfDockerfiles{"context", "target", "args",       "platform",
                                              "secrets", "ssh",    "cache-from", "inputs"};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "build/web/" goes with "/app/web/", a file with a file.
void check_files(YamlReader& reader, Position at, const std::string& what, const Image& image) {
  for (const auto& [from, to] : image.files)
    if (to.empty() || to.front() != '/')
      reader.problem(at, fmt::format("{}: \"{}\" is not an absolute path in the image", what, to));
    else if (from.ends_with('/') != to.ends_with('/'))
      reader.problem(at, fmt::format("{}: \"{}\" goes to \"{}\": a folder ends with / on both sides, and a "
                                     "file on neither",
                                     what, from, to));
}

/// What `fields` have of a builder's image; all else stays.
void read_built(Fields& fields, Image& image) {
  if (fields.has("target")) image.target = fields.text("target");
  if (fields.has("files")) image.files = fields.map("files");
  if (fields.has("base")) image.base = fields.text("base");
  if (fields.has("entrypoint")) image.entrypoint = fields.list("entrypoint");
  if (fields.has("env")) image.env = fields.map("env");
  if (fields.has("user")) image.user = fields.text("user");
  if (fields.has("inputs")) image.inputs = fields.list("inputs");
}

/// Each text of an image's defaults goes through `change`.
Image changed(Image image, const std::function<std::string(const std::string&)>& change) {
  std::map<std::string, std::string> files;
  for (const auto& [from, to] : image.files) files[change(from)] = change(to);
  image.files = std::move(files);
  for (auto* text : {&image.target, &image.base, &image.user}) *text = change(*text);
  for (auto* list : {&image.entrypoint, &image.inputs})
    for (auto& text : *list) text = change(text);
  for (auto& [key, value] : image.env) value = change(value);
  return image;
}

Image filled(const Image& defaults, const std::string& name) {
  return changed(defaults, [&](const std::string& text) {
    return fill_template(text, TemplateSyntax::braces, {{"name", {[&](auto) { return name; }}}});
  });
}

Image read_defaults(YamlReader& reader, const YAML::Node& node, const std::string& what) {
  Fields fields(reader, node, what, kOfBuilders);
  Image image;
  read_built(fields, image);
  check_files(reader, fields.at("files"), what, image);
  changed(image, [&](const std::string& text) {
    if (const auto problem = template_problem(text, TemplateSyntax::braces, {{"name", {}}}))
      reader.problem(YamlReader::position(node), what + ": " + *problem);
    return text;
  });
  return image;
}

BuildSettings read_settings(YamlReader& reader, Fields& fields, const std::string& what) {
  BuildSettings settings{.args = fields.map("args"),
                         .platform = fields.text("platform"),
                         .secrets = fields.list("secrets"),
                         .ssh = fields.list("ssh"),
                         .cache_from = fields.list("cache-from")};
  for (const auto& secret : settings.secrets)
    if (secret.empty() || secret.starts_with('=') || secret.ends_with('=') ||
        secret.find(',') != std::string::npos)
      reader.problem(fields.at("secrets"),
                     fmt::format("{}: secrets: \"{}\" must be the name of a variable of the environment, or "
                                 "ID=FILE",
                                 what, secret));
  return settings;
}

}  // namespace

ImageDefaults read_builders(YamlReader& reader, const YAML::Node& node, Project& project) {
  ImageDefaults defaults;
  for (const auto& [key, value] : entries(reader, node, "builders")) {
    const auto name = key.Scalar(), what = fmt::format("builder \"{}\"", name);
    auto at = YamlReader::position(value);
    auto& command = project.builders[name];
    if (value.IsMap()) {
      Fields fields(reader, value, what, {"command", "images"});
      fields.require("command");
      command = fields.text("command");
      at = fields.at("command");
      if (const auto* images = fields.node("images"))
        defaults[name] = read_defaults(reader, *images, what + ": images");
    } else if (value.IsScalar() && !value.Scalar().empty()) {
      command = value.Scalar();
    } else {
      reader.problem(at, what + " must be a command line, or a mapping with \"command\"");
    }
    if (const auto problem = template_problem(command, TemplateSyntax::braces, {{"targets", {}}}))
      reader.problem(at, what + ": " + *problem);
  }
  return defaults;
}

void read_image(YamlReader& reader, const YAML::Node& key, const YAML::Node& node,
                const ImageDefaults& defaults, Project& project) {
  const auto what = fmt::format("image \"{}\"", key.Scalar());
  std::vector<std::string> known{"dockerfile", "builder", "command", "pull", "replaces"};
  known.insert(known.end(), kOfBuilders.begin(), kOfBuilders.end());
  known.insert(known.end(), kOfDockerfiles.begin(), kOfDockerfiles.end());
  Fields fields(reader, node, what, known);
  Image image{.name = key.Scalar(), .at = YamlReader::position(key)};
  const std::pair<const char*, Image::Kind> kinds[] = {{"dockerfile", Image::Kind::dockerfile},
                                                       {"builder", Image::Kind::builder},
                                                       {"command", Image::Kind::command},
                                                       {"pull", Image::Kind::pull}};
  int given = 0;
  for (const auto& [name, kind] : kinds)
    if (fields.has(name)) {
      ++given;
      image.kind = kind;
    }
  if (given != 1 && node.IsMap())
    reader.problem(image.at, what + " needs exactly one of dockerfile, builder, command, pull");
  for (const auto& name : std::set<std::string>(known.begin(), known.end())) {
    const bool builders = contains(kOfBuilders, name), dockerfiles = contains(kOfDockerfiles, name);
    const bool fits = (!builders && !dockerfiles) || (builders && image.kind == Image::Kind::builder) ||
                      (dockerfiles && image.kind == Image::Kind::dockerfile) ||
                      (name == "inputs" && image.kind == Image::Kind::command);
    if (given == 1 && !fits && fields.has(name))
      reader.problem(fields.at(name),
                     fmt::format("{}: \"{}\" goes with {} only", what, name,
                                 name == "inputs"          ? "\"dockerfile\", \"builder\" and \"command\""
                                 : builders && dockerfiles ? "\"dockerfile\" and \"builder\""
                                 : builders                ? "\"builder\""
                                                           : "\"dockerfile\""));
  }
  image.dockerfile = fields.text("dockerfile");
  image.context = fields.has("context") ? fs::path(fields.text("context")) : image.dockerfile.parent_path();
  image.builder = fields.text("builder");
  image.command = fields.text("command");
  image.pull = fields.text("pull");
  image.replaces = fields.list("replaces");
  image.settings = read_settings(reader, fields, what);
  if (const auto found = defaults.find(image.builder); found != defaults.end()) {
    const auto from = filled(found->second, image.name);
    image.target = from.target;
    image.files = from.files;
    image.base = from.base;
    image.entrypoint = from.entrypoint;
    image.env = from.env;
    image.user = from.user;
    image.inputs = from.inputs;
  }
  read_built(fields, image);
  if (image.kind == Image::Kind::builder && image.target.empty()) image.target = image.name;
  if (image.kind == Image::Kind::builder && given == 1 && image.files.empty()) fields.require("files");
  check_files(reader, fields.at("files"), what, image);
  check_image(reader, image, project.root, fields);
  project.images.push_back(std::move(image));
}

}  // namespace harness
