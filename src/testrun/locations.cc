#include "testrun/locations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "suite/labels.h"
#include "testrun/read.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

/// Relative to where the user is, unless that is farther than the whole.
std::string shown_path(const fs::path& file) {
  const auto near = fs::proximate(file).string();
  return near.size() < file.string().size() ? near : file.string();
}

/// A relative path of this machine is relative to the Testrun's file, as a local location's is.
Location seen_from(const fs::path& file, Location location) {
  const auto near = file.parent_path() / location.repo;
  if (location.repo.find(':') == std::string::npos && !fs::path(location.repo).is_absolute())
    location.repo = fs::absolute(near).lexically_normal().string();
  return location;
}

}  // namespace

Catalog::Catalog(const Testrun& run, const Folders& folders, std::stop_token stop) {
  for (const auto& set : run.location_sets)
    for (const auto& location : set.locations) {
      const bool local = location.type == Location::Type::local;
      const auto root =
          local ? fs::weakly_canonical(run.file.parent_path() / location.host_path) : fs::path();
      if (local && !fs::is_directory(root)) {
        run.reader->problem(location.at, fmt::format("there is no folder {}", root.string()));
        continue;
      }
      // Said by the reader: nothing there, or a parameter without a value.
      if (!local && (location.repo.empty() || location.revision.empty() ||
                     location.shown().find("${") != std::string::npos))
        continue;
      const auto place = std::make_shared<const Place>(
          local ? local_place(root, stop)
                : git_place(seen_from(run.file, location), folders.cache, folders.checkouts, stop));
      for (const auto& text : place->remarks) run.reader->remark(location.at, text);
      if (!fs::is_directory(place->root / ".test-defs"))
        run.reader->remark(location.at, fmt::format("warning: {} has no folder .test-defs", place->shown));
      read_folder(place->root / ".test-defs", place, sets_[set.name]);
    }
  if (const auto own = folders.project / "tests" / "testdefs"; fs::is_directory(own))
    read_folder(own, std::make_shared<const Place>(local_place(folders.project, stop)), project_);
}

void Catalog::read_folder(const fs::path& folder, const std::shared_ptr<const Place>& place,
                          Definitions& into) {
  std::set<fs::path> files;
  const auto inside = fs::weakly_canonical(place->root);
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".yaml" || entry.path().extension() == ".yml")
        files.insert(entry.path());
  for (const auto& file : files) {
    const auto shown = shown_path(file);
    if (const auto relative = fs::weakly_canonical(file).lexically_relative(inside);
        relative.empty() || *relative.begin() == "..") {
      problems_.push_back(shown + ": it is a link that leads out of " + place->shown);
      continue;
    }
    try {
      YamlReader reader(file, shown);
      if (kind_of(reader.root()) != "TestDefinition") {
        remarks_.push_back(shown + ": note: it is not a TestDefinition and is left out");
        continue;
      }
      auto definition = read_definition(reader, file);
      for (auto& problem : reader.problems()) problems_.push_back(std::move(problem));
      for (auto& remark : reader.remarks()) remarks_.push_back(std::move(remark));
      const auto name = definition.name;
      const auto [there, is_new] = into.emplace(name, Found{std::move(definition), place});
      if (!is_new)
        problems_.push_back(fmt::format("{}: TestDefinition \"{}\" is in {}, too", shown, name,
                                        shown_path(there->second.definition.file)));
    } catch (const Error& e) {
      problems_.push_back(e.what());
    }
  }
}

Catalog::Definitions Catalog::all_of(const std::string& set) const {
  const auto found = sets_.find(set);
  Definitions all = found == sets_.end() ? Definitions{} : found->second;
  all.insert(project_.begin(), project_.end());
  return all;
}

const Found* Catalog::by_name(const std::string& set, const std::string& name) const {
  if (const auto own = sets_.find(set); own != sets_.end())
    if (const auto found = own->second.find(name); found != own->second.end()) return &found->second;
  const auto found = project_.find(name);
  return found == project_.end() ? nullptr : &found->second;
}

std::vector<const Found*> Catalog::by_label(const std::string& set, const std::string& expression) const {
  const LabelExpression wanted(expression);
  std::vector<const Found*> found;
  for (const auto& name : names(set))
    if (const auto* one = by_name(set, name); wanted.selects(one->definition.labels)) found.push_back(one);
  return found;
}

std::vector<std::string> Catalog::names(const std::string& set) const {
  std::vector<std::string> names;
  for (const auto all = all_of(set); const auto& [name, found] : all) names.push_back(name);
  return names;
}

std::vector<std::string> Catalog::labels(const std::string& set) const {
  std::set<std::string> labels;
  for (const auto all = all_of(set); const auto& [name, found] : all)
    labels.insert(found.definition.labels.begin(), found.definition.labels.end());
  return {labels.begin(), labels.end()};
}

}  // namespace harness::testrun
