#include "image/bases.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "image/dockerfile.h"
#include "image/index.h"

namespace harness {

namespace {

using Bases = std::map<std::string, std::set<std::string>>;

/// The project's images that a Dockerfile names, each with its line, as either of docker's builders reads it:
/// a plan is made without asking which one builds. Throws where neither takes it.
std::map<std::string, int> named_in(const Project& project, const Image& image) {
  std::map<std::string, int> named;
  std::vector<Error> refusals;
  for (const bool buildkit : {true, false}) try {
      const auto dockerfile = read_dockerfile(
          project, image, {.buildkit = buildkit, .architecture = node_platform().architecture});
      for (const auto& reference : dockerfile.references())
        if (const auto own = own_reference(project.registry, reference.name);
            own && project.image(own->repository))
          named.emplace(own->repository, reference.line);
    } catch (const Error& e) {
      refusals.push_back(e);
    }
  if (refusals.size() == 2) throw Error(refusals.front());
  return named;
}

std::set<std::string> bases_of(const Project& project, const Image& image) {
  std::set<std::string> bases;
  if (!image.base.empty()) bases.insert(image.base);
  if (const auto own = own_reference(project.registry, image.pull); own && project.image(own->repository))
    bases.insert(own->repository);
  if (image.kind == Image::Kind::dockerfile)
    for (const auto& [name, line] : named_in(project, image)) bases.insert(name);
  return bases;
}

/// Where an image says that it is made from another: "web/Dockerfile:3".
std::string place_of(const Project& project, const Image& image, const std::string& base) {
  if (image.kind == Image::Kind::dockerfile)
    return image.dockerfile.string() + ":" + std::to_string(named_in(project, image).at(base));
  return project.file.filename().string() + ":" + std::to_string(image.at.line);
}

class Circles {
 public:
  Circles(const Project& project, const Bases& bases) : project_(project), bases_(bases) {}

  void check() {
    for (const auto& image : project_.images) visit(image.name);
  }

 private:
  void visit(const std::string& name) {
    if (done_.contains(name)) return;
    const auto begin = std::find(path_.begin(), path_.end(), name);
    if (begin != path_.end()) fail({begin, path_.end()});
    path_.push_back(name);
    for (const auto& base : bases_.at(name)) visit(base);
    path_.pop_back();
    done_.insert(name);
  }

  [[noreturn]] void fail(std::vector<std::string> circle) const {
    circle.push_back(circle.front());
    std::string path = circle.front(), places;
    for (size_t i = 1; i < circle.size(); ++i) {
      path += " -> " + circle[i];
      places += place_of(project_, *project_.image(circle[i - 1]), circle[i]) + ": " + circle[i - 1] +
                " is made from " + circle[i] + "\n";
    }
    throw Error("images are made from each other: " + path,
                {.output_tail = places, .hint = "take one of these out", .exit_code = kUsage});
  }

  const Project& project_;
  const Bases& bases_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
};

}  // namespace

std::optional<OwnReference> own_reference(const std::string& registry, const std::string& reference) {
  const auto slash = reference.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto host = reference.substr(0, slash);
  if (registry.starts_with("localhost:"))
    for (const std::string same : {"127.0.0.1", "[::1]"})
      if (host.starts_with(same + ":")) host = "localhost" + host.substr(same.size());
  const auto whole = host + reference.substr(slash);
  if (!whole.starts_with(registry + "/")) return std::nullopt;
  const auto rest = whole.substr(registry.size() + 1);
  const auto at = rest.find('@');
  const auto colon = rest.substr(0, at).rfind(':');
  OwnReference own{rest.substr(0, std::min(at, colon)), "latest"};
  if (at != std::string::npos)
    own.tag = rest.substr(at + 1);
  else if (colon != std::string::npos)
    own.tag = rest.substr(colon + 1);
  return own;
}

Dockerfile read_dockerfile(const Project& project, const Image& image, const DockerBuilder& builder) {
  std::string text;
  try {
    text = read_file(project.root / image.dockerfile);
  } catch (const std::runtime_error& e) {
    throw Error("image " + image.name + ": " + e.what(), {.exit_code = kBuild});
  }
  return {std::move(text),
          image.dockerfile.string(),
          {.buildkit = builder.buildkit,
           .architecture = builder.architecture,
           .platform = platform_of(image),
           .args = image.settings.args,
           .target = image.target}};
}

std::map<std::string, std::set<std::string>> image_bases(const Project& project) {
  Bases bases;
  for (const auto& image : project.images) bases[image.name] = bases_of(project, image);
  Circles(project, bases).check();
  return bases;
}

}  // namespace harness
