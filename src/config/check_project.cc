#include "config/check_project.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <functional>

#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

void check_file(YamlReader& reader, Position at, const std::string& what, const fs::path& root,
                const fs::path& path) {
  if (path.empty()) return;
  if (!fs::is_regular_file(root / path))
    reader.problem(at, fmt::format("{}: there is no file {}", what, path.string()));
}

/// Reports each cycle once, as the path that it is: "a -> b -> a".
template <typename Entry>
void check_cycles(YamlReader& reader, const std::vector<Entry>& all, const std::string& what,
                  const std::function<std::vector<const Entry*>(const Entry&)>& next) {
  std::map<const Entry*, int> state;  // 1: on the path, 2: done
  std::vector<const Entry*> path;
  std::function<void(const Entry&)> visit = [&](const Entry& entry) {
    if (state[&entry] == 2) return;
    if (state[&entry] == 1) {
      std::string cycle;
      for (auto it = std::find(path.begin(), path.end(), &entry); it != path.end(); ++it)
        cycle += (*it)->name + " -> ";
      reader.problem(entry.at, fmt::format("{} forms a cycle: {}{}", what, cycle, entry.name));
      return;
    }
    state[&entry] = 1;
    path.push_back(&entry);
    for (const Entry* other : next(entry)) visit(*other);
    path.pop_back();
    state[&entry] = 2;
  };
  for (const auto& entry : all) visit(entry);
}

template <typename Entry>
std::vector<std::string> names_in(const std::vector<Entry>& all) {
  std::vector<std::string> names;
  for (const auto& entry : all) names.push_back(entry.name);
  return names;
}

}  // namespace

void check_image(YamlReader& reader, const Image& image, const fs::path& root, const Fields& fields) {
  const auto what = fmt::format("image \"{}\"", image.name);
  // A path component of an OCI repository name (distribution-spec, "Pulling manifests").
  static const RE2 repository("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
  if (!RE2::FullMatch(image.name, repository))
    reader.problem(image.at,
                   what + ": a name is lower-case letters and digits, with single . _ or - between them");
  check_file(reader, fields.at("dockerfile"), what, root, image.dockerfile);
  // A reference; docker must not take it for a flag.
  static const RE2 reference("[A-Za-z0-9][A-Za-z0-9._:/@-]*");
  if (!image.pull.empty() && !RE2::FullMatch(image.pull, reference))
    reader.problem(
        fields.at("pull"),
        fmt::format("{}: \"{}\" is not the reference of an image, such as nginx:1.26", what, image.pull));
  if (fields.has("context") && !fs::is_directory(root / image.context))
    reader.problem(fields.at("context"),
                   fmt::format("{}: there is no folder {}", what, image.context.string()));
  static const RE2 replaced("(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\\.|_|__|-+|/)[a-z0-9]+)*");
  for (const auto& name : image.replaces)
    if (!RE2::FullMatch(name, replaced))
      reader.problem(
          fields.at("replaces"),
          fmt::format(
              "{}: replaces: \"{}\" must be the name of an image without tag, such as ghcr.io/acme/{}", what,
              name, image.name));
  for (const auto& input : image.inputs)
    if (!fs::exists(root / input))
      reader.problem(fields.at("inputs"), fmt::format("{}: there is no {}", what, input));
}

void check_component(YamlReader& reader, const Component& component, const Project& so_far,
                     const Fields& fields) {
  const auto what = fmt::format("component \"{}\"", component.name);
  static const RE2 dns_label("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  if (!RE2::FullMatch(component.name, dns_label))
    reader.problem(component.at, what + ": a name is a DNS label: lower-case letters, digits and -");
  for (const auto& name : component.images)
    if (!so_far.image(name))
      reader.unknown(fields.at("image"), fmt::format("{}: no image \"{}\"", what, name), name,
                     names_in(so_far.images));
  if (component.sources.helm)
    for (const auto& image : component.sources.helm->images)
      if (!so_far.image(image.image))
        reader.unknown(image.at, fmt::format("{}: helm: images: no image \"{}\"", what, image.image),
                       image.image, names_in(so_far.images));
  static const RE2 host_and_port("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:([0-9]{1,5})");
  for (const auto& way : component.egress) {
    int port = 0;
    if (!RE2::FullMatch(way, host_and_port, nullptr, &port) || port < 1 || port > 65535)
      reader.problem(
          fields.at("egress"),
          fmt::format("{}: egress: \"{}\" must be HOST:PORT, such as api.example.com:443", what, way));
  }
}

void check_test(YamlReader& reader, const TestProgram& test, const Fields& fields) {
  static const RE2 label("[A-Za-z0-9][A-Za-z0-9._/-]*");
  for (const auto& name : test.labels)
    if (!RE2::FullMatch(name, label))
      reader.problem(
          fields.at("labels"),
          fmt::format("a test: the label \"{}\" must be letters, digits and . _ / - between them", name));
  for (const auto& name : test.locks)
    if (!RE2::FullMatch(name, label))
      reader.problem(
          fields.at("lock"),
          fmt::format("a test: the lock \"{}\" must be letters, digits and . _ / - between them", name));
}

void check_chart_test(YamlReader& reader, const TestProgram& test, const Project& so_far,
                      const Fields& fields) {
  const auto* component = so_far.component(test.path);
  if (!component)
    reader.unknown(fields.at("helm"), fmt::format("a test: no component \"{}\"", test.path), test.path,
                   names_in(so_far.components));
  else if (!component->sources.helm)
    reader.problem(fields.at("helm"),
                   fmt::format("a test: component \"{}\" is not deployed from a chart", test.path));
  for (const char* key : {"builder", "target", "env", "process", "list", "cluster"})
    if (fields.has(key))
      reader.problem(fields.at(key),
                     fmt::format("a test's \"{}\" does not go with helm: its tests are objects of the "
                                 "chart",
                                 key));
}

/// A host that is none without its dot or port would be a folder of Docker Hub's.
void check_registry(YamlReader& reader, const std::string& registry, const Fields& top) {
  static const RE2 form(
      "localhost:[0-9]{1,5}|"
      "(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:[0-9]{1,5}|[a-z0-9][a-z0-9-]*(?:\\.[a-z0-9][a-z0-9-]*)+)"
      "(?:/[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*)*"),
      local_folder("localhost(?::[0-9]+)?/.*"), docker_hub("(?:[a-z0-9-]+\\.)?docker\\.io(?:[:/].*)?");
  if (!RE2::FullMatch(registry, form) || RE2::FullMatch(registry, local_folder))
    reader.problem(
        top.at("registry"),
        "registry must be HOST, HOST:PORT or HOST/FOLDER; for localhost:PORT the harness starts the "
        "registry and configures the nodes of its cluster");
  else if (RE2::FullMatch(registry, docker_hub))
    reader.problem(top.at("registry"),
                   "registry cannot be Docker Hub: it has no folders, which harness/gateway needs");
}

void check_references(YamlReader& reader, const Project& project, const Fields& top) {
  check_registry(reader, project.registry, top);
  for (const auto& image : project.images) {
    const auto what = fmt::format("image \"{}\"", image.name);
    if (!image.builder.empty() && !project.builders.contains(image.builder))
      reader.unknown(image.at, fmt::format("{}: no builder \"{}\"", what, image.builder), image.builder,
                     names_of(project.builders));
    if (!image.base.empty() && !project.image(image.base))
      reader.unknown(image.at, fmt::format("{}: no image \"{}\" that could be its base", what, image.base),
                     image.base, names_in(project.images));
  }
  std::map<std::string, std::string> replaced;
  for (const auto& image : project.images)
    for (const auto& name : image.replaces)
      if (const auto [other, is_new] = replaced.emplace(name, image.name); !is_new)
        reader.problem(image.at, fmt::format("image \"{}\": {} is replaced by image \"{}\" already",
                                             image.name, name, other->second));
  for (const auto& component : project.components)
    for (const auto& other : component.after)
      if (!project.component(other))
        reader.unknown(
            component.at,
            fmt::format("component \"{}\": no component \"{}\" to deploy after", component.name, other),
            other, names_in(project.components));
  for (const auto& test : project.tests)
    for (const auto& name : test.uses.value_or(std::vector<std::string>{}))
      if (!project.component(name))
        reader.unknown(test.uses_at, fmt::format("a test's \"uses\": there is no component \"{}\"", name),
                       name, names_in(project.components));
  check_cycles<Image>(reader, project.images, "base", [&](const Image& image) {
    const auto* base = project.image(image.base);
    return base ? std::vector{base} : std::vector<const Image*>{};
  });
  check_cycles<Component>(reader, project.components, "after", [&](const Component& component) {
    std::vector<const Component*> next;
    for (const auto& name : component.after)
      if (const auto* other = project.component(name)) next.push_back(other);
    return next;
  });
}

}  // namespace harness
