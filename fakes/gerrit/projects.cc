#include "gerrit/projects.h"

#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/new_commit.h"
#include "gerrit/predicates.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

Json project_info(const Project& project, bool with_name) {
  Json info{{"id", encoded(project.name)}, {"parent", "All-Projects"}, {"state", "ACTIVE"}};
  if (with_name) info["name"] = project.name;
  if (!project.description.empty()) info["description"] = project.description;
  for (const auto& [name, label] : project.labels) {
    info["labels"][name]["default_value"] = label.default_value;
    for (const auto& [value, text] : label.values) info["labels"][name]["values"][score_text(value)] = text;
  }
  return info;
}

/// As in a list of projects: with the tips of the branches that were asked for.
Json listed(const Call& call, const Project& project) {
  Json info{{"id", encoded(project.name)}, {"state", "ACTIVE"}};
  if (call.query.find("d") && !project.description.empty()) info["description"] = project.description;
  for (const auto& branch : call.query.all("b"))
    if (const auto tip = project.branches.find(full_name(branch)); tip != project.branches.end())
      info["branches"][branch] = tip->second;
  return info;
}

Response list(Call& call) {
  const std::string prefix = call.query.get("p", call.query.get("prefix"));
  const std::string part = lower(call.query.get("m", call.query.get("match")));
  const std::string regex = call.query.get("r", call.query.get("regex"));
  const auto pattern = name_pattern("^" + (regex.empty() ? ".*" : regex));
  int skip = call.number("S", "start").value_or(0);
  const auto limit = call.number("n", "limit").value_or(0);
  Json all = Json::object();
  for (const auto& [name, project] : call.state.projects) {
    if (!name.starts_with(prefix) || lower(name).find(part) == std::string::npos || !pattern(name)) continue;
    const auto& branches = call.query.all("b");
    const bool has_all = std::all_of(branches.begin(), branches.end(),
                                     [&](const auto& b) { return project.branches.contains(full_name(b)); });
    if (!has_all || skip-- > 0) continue;
    if (limit > 0 && all.size() == static_cast<std::size_t>(limit)) {
      all[std::prev(all.end()).key()]["_more_projects"] = true;
      break;
    }
    all[name] = listed(call, project);
  }
  return call.json(200, all);
}

Response get(Call& call) {
  return call.json(200, project_info(call.state.project(call.param("name")), true));
}

Response create(Call& call) {
  const int user = call.user();
  const auto name = project_name(call.param("name"));
  const auto input = Input::of(call.request);
  if (call.state.projects.contains(name))
    throw HttpError(409, fmt::format("Project \"{}\" already exists", name));
  if (input.has("name") && project_name(input.text("name")) != name)
    throw HttpError(400, "name must match URL");
  Project project{.name = name, .description = input.text("description"), .labels = default_labels()};
  auto branches = input.texts("branches");
  if (branches.empty()) branches = {"master"};
  for (auto& branch : branches) {
    branch = full_name(branch);
    if (!is_ref_name(branch)) throw HttpError(400, fmt::format("Branch \"{}\" is not a valid name.", branch));
  }
  project.head = branches[0];
  if (input.flag("create_empty_commit"))
    for (const auto& branch : branches)
      project.branches[branch] = initial_commit(call.state, user, call.state.now());
  return call.json(201, project_info(call.state.projects[name] = project, true));
}

Response get_description(Call& call) {
  return call.json(200, call.state.project(call.param("name")).description);
}

Response change_description(Call& call, const std::string& description) {
  call.user();
  call.state.project(call.param("name")).description = description;
  return description.empty() ? Response{.status = 204} : call.json(200, description);
}

Response put_description(Call& call) {
  return change_description(call, Input::of(call.request, "description").text("description"));
}
Response delete_description(Call& call) { return change_description(call, ""); }

Response get_head(Call& call) { return call.json(200, call.state.project(call.param("name")).head); }

Response put_head(Call& call) {
  call.user();
  auto& project = call.state.project(call.param("name"));
  const auto ref = Input::of(call.request, "ref").text("ref");
  if (ref.empty()) throw HttpError(400, "ref required");
  if (!project.branches.contains(full_name(ref)))
    throw HttpError(422, fmt::format("Ref Not Found: {}", full_name(ref)));
  project.head = full_name(ref);
  return call.json(200, project.head);
}

Response get_parent(Call& call) {
  call.state.project(call.param("name"));
  return call.json(200, "All-Projects");
}

}  // namespace

std::string project_name(std::string name) {
  while (name.ends_with('/')) name.pop_back();
  if (name.ends_with(".git")) name.erase(name.size() - 4);
  const bool bad = name.empty() || name.size() > 512 || name.starts_with('/') ||
                   name.find("..") != std::string::npos || name.find("//") != std::string::npos ||
                   name.find_first_of("\\?*:<>|\"%~#\n\r\t") != std::string::npos;
  if (bad) throw HttpError(400, "Invalid project name: " + name);
  return name;
}

std::string initial_commit(State& state, int account, Time time) {
  const auto person = person_of(state.accounts.at(account), time);
  return state.store->write({.message = "Initial empty repository\n", .author = person, .committer = person},
                            Store::kEmptyTree);
}

std::vector<Endpoint> project_endpoints() {
  return {{"GET", "/projects", list,
           "?p ?prefix ?m ?match ?r ?regex ?n ?limit ?S ?start ?d ?description ?b ?branch"},
          {"GET", "/projects/{name}", get},
          {"PUT", "/projects/{name}", create, "name description create_empty_commit branches"},
          {"GET", "/projects/{name}/description", get_description},
          {"PUT", "/projects/{name}/description", put_description, "description commit_message"},
          {"DELETE", "/projects/{name}/description", delete_description},
          {"GET", "/projects/{name}/HEAD", get_head},
          {"PUT", "/projects/{name}/HEAD", put_head, "ref"},
          {"GET", "/projects/{name}/parent", get_parent}};
}

}  // namespace fakes::gerrit
