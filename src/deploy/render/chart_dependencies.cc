#include "deploy/render/chart_dependencies.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/secrets.h"
#include "deploy/render/documents.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kFile = "file://";
constexpr int kDeepest = 16;

/// A file of a chart; where it is missing, nothing.
Json read_yaml(const fs::path& file) {
  if (!fs::is_regular_file(file)) return Json::object();
  const auto documents = parse_documents({file.string(), read_file(file), "helm"});
  return documents.empty() || !documents[0].body.is_object() ? Json::object() : documents[0].body;
}

std::vector<Json> dependencies_in(const Json& body) {
  std::vector<Json> all;
  for (const auto& one : body.value("dependencies", Json::array()))
    if (one.is_object() && one.contains("name")) all.push_back(one);
  return all;
}

std::string text_of(const Json& map, const char* key) {
  return map.contains(key) && map[key].is_string() ? map[key].get<std::string>() : "";
}

/// Chart.yaml, or requirements.yaml of a chart of Helm 2.
std::vector<Json> wanted_by(const fs::path& chart) {
  auto wanted = dependencies_in(read_yaml(chart / "Chart.yaml"));
  return wanted.empty() ? dependencies_in(read_yaml(chart / "requirements.yaml")) : wanted;
}

std::vector<Json> locked_by(const fs::path& chart) {
  auto locked = dependencies_in(read_yaml(chart / "Chart.lock"));
  return locked.empty() ? dependencies_in(read_yaml(chart / "requirements.lock")) : locked;
}

bool is_archive_of(const std::string& name, const std::string& file) {
  return file.starts_with(name + "-") && file.ends_with(".tgz") && file.size() > name.size() + 1 &&
         (std::isdigit(static_cast<unsigned char>(file[name.size() + 1])) || file[name.size() + 1] == 'v');
}

/// What charts/ has of it: a folder, archives.
std::vector<fs::path> held(const fs::path& chart, const std::string& name) {
  std::vector<fs::path> found;
  if (!fs::is_directory(chart / "charts")) return found;
  for (const auto& entry : fs::directory_iterator(chart / "charts")) {
    const auto file = entry.path().filename().string();
    if (file == name || is_archive_of(name, file)) found.push_back(entry.path());
  }
  return found;
}

[[noreturn]] void fail(const fs::path& chart, const std::string& name, const std::string& what,
                       const std::string& hint) {
  throw Error(fmt::format("{}: dependency \"{}\": {}", (chart / "Chart.yaml").string(), name, what),
              {.hint = hint, .exit_code = kUsage});
}

fs::path folder_of(const fs::path& chart, const Json& wanted, const std::string& repository) {
  const auto folder = (chart / repository.substr(std::string(kFile).size())).lexically_normal();
  if (!fs::is_regular_file(folder / "Chart.yaml"))
    fail(chart, text_of(wanted, "name"), "there is no chart " + folder.string(), "correct \"repository\"");
  return folder;
}

/// In the version that Chart.lock has, or an exact one of Chart.yaml.
ChartOrigin origin_of(const fs::path& chart, const Json& wanted, const std::string& repository) {
  static const RE2 exact("v?\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");
  const auto name = text_of(wanted, "name");
  const auto update = "helm dependency update " + chart.string();
  if (!repository.starts_with("https://") && !repository.starts_with("http://") &&
      !repository.starts_with("oci://"))
    fail(chart, name,
         repository.empty()
             ? "it is missing in charts/, and has no repository"
             : "it is missing in charts/, and repository \"" + repository +
                   "\" is no URL: what helm repo add calls so on one machine counts only there",
         update + " puts it there");
  const bool is_oci = repository.starts_with("oci://");
  auto version = text_of(wanted, "version");
  for (const auto& locked : locked_by(chart))
    if (text_of(locked, "name") == name && text_of(locked, "repository") == repository)
      version = text_of(locked, "version");
  if (!RE2::FullMatch(version, exact))
    fail(chart, name, fmt::format("no Chart.lock says which version \"{}\" is", version),
         update + " writes it");
  return {is_oci ? "" : repository,
          is_oci ? repository + (repository.ends_with('/') ? "" : "/") + name : name, version};
}

}  // namespace

std::vector<ChartDependency> missing_dependencies(const fs::path& folder) {
  std::vector<ChartDependency> missing;
  if (!fs::is_directory(folder)) return missing;
  for (const auto& wanted : wanted_by(folder)) {
    const auto name = text_of(wanted, "name"), repository = text_of(wanted, "repository");
    if (repository.starts_with(kFile))
      missing.push_back({name, folder_of(folder, wanted, repository), {}});
    else if (held(folder, name).empty())
      missing.push_back({name, {}, origin_of(folder, wanted, repository)});
  }
  return missing;
}

std::set<fs::path> chart_folders(const fs::path& chart) {
  std::set<fs::path> all;
  std::vector<fs::path> open{chart.lexically_normal()};
  while (!open.empty()) {
    const auto folder = open.back();
    open.pop_back();
    if (!all.insert(folder).second || !fs::is_directory(folder)) continue;
    for (const auto& wanted : wanted_by(folder))
      if (const auto repository = text_of(wanted, "repository"); repository.starts_with(kFile))
        open.push_back((folder / repository.substr(std::string(kFile).size())).lexically_normal());
  }
  return all;
}

void add_dependencies(const fs::path& folder, const fs::path& copy,
                      const std::function<fs::path(const ChartOrigin&)>& fetch, int depth) {
  for (const auto& dependency : missing_dependencies(folder)) {
    for (const auto& old : held(copy, dependency.name)) fs::remove_all(old);
    fs::create_directories(copy / "charts");
    if (dependency.origin) {
      const auto archive = fetch(*dependency.origin);
      fs::copy_file(archive, copy / "charts" / archive.filename(), fs::copy_options::overwrite_existing);
      continue;
    }
    const auto target = copy / "charts" / dependency.name;
    if (depth == kDeepest)
      fail(folder, dependency.name, "charts depend on each other in a circle", "break it at one of them");
    fs::copy(dependency.folder, target, fs::copy_options::recursive);
    add_dependencies(dependency.folder, target, fetch, depth + 1);
  }
}

}  // namespace harness
