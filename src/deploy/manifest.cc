#include "deploy/manifest.h"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "config/yaml_documents.h"

namespace harness {

namespace {

std::vector<YAML::Node> documents(const std::string& text, const std::filesystem::path& file) {
  try {
    return yaml_documents(text);
  } catch (const YAML::Exception& e) {
    throw Error(file.string() + ":" + std::to_string(e.mark.line + 1) + ":" + std::to_string(e.mark.column + 1) + ": " + e.msg, {.exit_code = kUsage});
  }
}

/// An image of the registry and nothing else: "localhost:5001/deck", with a tag or digest or without.
bool is_image(const std::string& scalar, const std::string& prefix) {
  static const RE2 name_and_tag("[a-z0-9._-]+(?:/[a-z0-9._-]+)*(?:[:@][A-Za-z0-9._:-]+)?");
  return scalar.starts_with(prefix) && RE2::FullMatch(scalar.substr(prefix.size()), name_and_tag);
}

void collect(const YAML::Node& node, const std::string& text, const std::string& prefix, std::vector<ImageUse>& uses) {
  if (node.IsSequence())
    for (const auto& item : node) collect(item, text, prefix, uses);
  if (node.IsMap())
    for (const auto& entry : node) collect(entry.second, text, prefix, uses);
  if (!node.IsScalar() || !is_image(node.Scalar(), prefix)) return;
  // The mark of a quoted scalar is its quote.
  const size_t offset = text.find(node.Scalar(), static_cast<size_t>(node.Mark().pos));
  std::string name = node.Scalar().substr(prefix.size());
  name.resize(std::min(name.find_first_of(":@"), name.size()));
  uses.push_back({name, offset, node.Scalar().size(), node.Mark().line + 1});
}

/// The texts between the lines that are `---`.
std::vector<std::string> split_documents(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const auto& line : split(text, '\n')) {
    if (line == "---" || line.starts_with("--- ") || line.starts_with("---\t") || line == "---\r")
      parts.emplace_back();
    else
      parts.back() += line + "\n";
  }
  if (!parts.back().empty()) parts.back().pop_back();  // the last line has a break only where the text has one
  return parts;
}

std::string field(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  return value && value.IsScalar() ? value.Scalar() : "";
}

}  // namespace

std::vector<ImageUse> image_uses(const std::string& text, const std::string& registry, const std::filesystem::path& file) {
  std::vector<ImageUse> uses;
  if (registry.empty()) return uses;
  for (const auto& document : documents(text, file)) collect(document, text, registry + "/", uses);
  std::sort(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  // An alias stands where its anchor does.
  uses.erase(std::unique(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.offset == b.offset; }), uses.end());
  return uses;
}

std::string manifest_text(const Project& project, const Component& component) {
  static const std::string mark = "${HARNESS_NAMESPACE}";
  auto text = read_file(project.root / component.manifest);
  for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += project.name_space.size()) text.replace(at, mark.size(), project.name_space);
  return text;
}

std::vector<Object> read_manifest(const std::string& text, const std::string& registry, const std::map<std::string, std::string>& references,
                                  const std::filesystem::path& file, const std::string& name_space) {
  auto uses = image_uses(text, registry, file);
  std::string filled = text;
  for (auto use = uses.rbegin(); use != uses.rend(); ++use) {
    const auto reference = references.find(use->image);
    if (reference == references.end())
      throw Error(file.string() + ":" + std::to_string(use->line) + ": no image \"" + use->image + "\" in components.yaml", {.exit_code = kUsage});
    filled.replace(use->offset, use->size, reference->second);
  }
  std::vector<Object> objects;
  for (const auto& part : split_documents(filled)) {
    const auto parsed = documents(part, file);
    const YAML::Node root = parsed.empty() ? YAML::Node() : parsed.front();
    if (root.IsNull()) continue;
    const YAML::Node metadata = root.IsMap() && root["metadata"] ? root["metadata"] : YAML::Node();
    Object object{field(root, "apiVersion"), field(root, "kind"), metadata.IsMap() ? field(metadata, "name") : "", name_space, part};
    if (object.api_version.empty() || object.kind.empty() || object.name.empty())
      throw Error(file.string() + ": document " + std::to_string(objects.size() + 1) + " has no apiVersion, kind or metadata.name", {.exit_code = kUsage});
    if (const auto own = field(metadata, "namespace"); !own.empty()) object.name_space = own;
    if (object.kind == "Service" && root["spec"] && root["spec"]["ports"] && root["spec"]["ports"].size() > 0)
      object.service_port = root["spec"]["ports"][0]["port"].as<int>(0);
    objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace harness
