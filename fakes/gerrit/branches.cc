#include <fmt/format.h>

#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/predicates.h"
#include "gerrit/projects.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

Json branch_info(const Call& call, const std::string& ref, const std::string& sha) {
  Json info{{"ref", ref}, {"revision", sha}};
  if (call.caller) info["can_delete"] = true;
  return info;
}

Response list(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  const std::string part = lower(call.query.get("m", call.query.get("match")));
  const std::string regex = call.query.get("r", call.query.get("regex"));
  const auto pattern = name_pattern("^" + (regex.empty() ? ".*" : regex));
  std::vector<Json> all;
  const auto wanted = [&](const std::string& name) {
    return lower(name).find(part) != std::string::npos && pattern(name);
  };
  if (project.branches.contains(project.head) && wanted("HEAD"))
    all.push_back({{"ref", "HEAD"}, {"revision", short_name(project.head)}});
  for (const auto& [ref, sha] : project.branches)
    if (wanted(short_name(ref))) all.push_back(branch_info(call, ref, sha));
  const auto skip =
      static_cast<std::size_t>(call.number("s", "start").value_or(call.number("S", "start").value_or(0)));
  const auto limit = static_cast<std::size_t>(call.number("n", "limit").value_or(0));
  Json page = Json::array();
  for (auto i = skip; i < all.size() && (limit == 0 || page.size() < limit); ++i) page.push_back(all[i]);
  return call.json(200, page);
}

Response get(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  if (call.param("branch") == "HEAD")
    return call.json(200, {{"ref", "HEAD"}, {"revision", short_name(project.head)}});
  const auto branch = project.branches.find(full_name(call.param("branch")));
  if (branch == project.branches.end()) throw HttpError(404, "Not found: " + call.param("branch"));
  return call.json(200, branch_info(call, branch->first, branch->second));
}

/// The commit that a new branch begins at.
std::string start_of(Call& call, const Project& project, const Input& input) {
  auto revision = input.text("revision");
  if (input.flag("create_empty_commit")) {
    if (!revision.empty())
      throw HttpError(400, "create_empty_commit and revision/source_ref are mutually exclusive");
    return initial_commit(call.state, call.user(), call.state.now());
  }
  if (revision.empty()) revision = "HEAD";
  const auto sha = resolve(call.state, project, revision);
  if (!sha) throw HttpError(422, fmt::format("base revision \"{}\" not found", revision));
  return *sha;
}

Response create(Call& call) {
  call.user();
  auto& project = call.state.project(call.param("name"));
  const auto input = Input::of(call.request);
  const auto ref = full_name(call.param("branch"));
  if (input.has("ref") && full_name(input.text("ref")) != ref) throw HttpError(400, "ref must match URL");
  if (!is_ref_name(ref)) throw HttpError(400, fmt::format("invalid branch name \"{}\"", ref));
  if (!ref.starts_with("refs/heads/"))
    throw HttpError(400, fmt::format("Cannot create a branch with name \"{}\". Not allowed to create "
                                     "branches under Gerrit internal or tags refs.",
                                     ref));
  if (project.branches.contains(ref)) throw HttpError(409, fmt::format("branch \"{}\" already exists", ref));
  for (const auto& [other, its] : project.branches)
    if (ref.starts_with(other + "/") || other.starts_with(ref + "/"))
      throw HttpError(
          409, fmt::format("Cannot create branch \"{}\" since it conflicts with branch \"{}\".", ref, other));
  const auto sha = start_of(call, project, input);
  project.branches[ref] = sha;
  return call.json(201, branch_info(call, ref, sha));
}

Response remove(Call& call) {
  call.user();
  auto& project = call.state.project(call.param("name"));
  const auto ref = full_name(call.param("branch"));
  if (!project.branches.contains(ref)) throw HttpError(404, "Not found: " + call.param("branch"));
  if (ref == project.head) throw HttpError(405, "not allowed to delete branch " + ref);
  for (const auto& [number, change] : call.state.changes)
    if (change.status == Status::kNew && change.project == project.name && full_name(change.branch) == ref)
      throw HttpError(409, fmt::format("branch {} has open changes", ref));
  project.branches.erase(ref);
  return {.status = 204};
}

}  // namespace

std::optional<std::string> resolve(const State& state, const Project& project, const std::string& name) {
  const auto ref = name == "HEAD" ? project.head : full_name(name);
  if (const auto branch = project.branches.find(ref); branch != project.branches.end()) return branch->second;
  if (name.size() < 7 || name.size() > 40 || !is_hex(name)) return {};
  const std::string prefix = lower(name);
  for (const auto& [other, sha] : project.branches)
    if (sha.starts_with(prefix)) return sha;
  for (const auto& [number, change] : state.changes) {
    if (change.project != project.name) continue;
    for (const auto& revision : change.revisions) {
      if (revision.sha.starts_with(prefix)) return revision.sha;
      for (const auto& parent : revision.commit.parents)
        if (parent.starts_with(prefix)) return parent;
    }
  }
  return {};
}

std::vector<Endpoint> branch_endpoints() {
  return {{"GET", "/projects/{name}/branches", list, "?n ?limit ?S ?s ?start ?m ?match ?r ?regex"},
          {"GET", "/projects/{name}/branches/{branch}", get},
          {"PUT", "/projects/{name}/branches/{branch}", create,
           "ref revision create_empty_commit validation_options"},
          {"DELETE", "/projects/{name}/branches/{branch}", remove}};
}

}  // namespace fakes::gerrit
