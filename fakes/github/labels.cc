// The labels of a repository, and those of an issue.
#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr std::size_t kLongestDescription = 100;

Label& found(Call& call, Repository& repository, const std::string& name) {
  Label* label = call.state.find_label(repository, name);
  if (!label) throw not_found();
  return *label;
}

std::string color_of(const Call& call, const Fields& fields, const std::string& otherwise) {
  std::string color = fields.text("color").value_or(otherwise);
  if (color.empty() && call.state.data.lenient) color = otherwise;
  if (color.starts_with('#')) color.erase(0, 1);
  if (color.size() != 6 || color.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
    throw invalid("Label", "color");
  return lower(color);
}

void check_name(Call& call, Repository& repository, const std::string& name, const Label* own) {
  if (name.empty() || name.size() > 50) throw invalid("Label", "name");
  const Label* other = call.state.find_label(repository, name);
  if (other && other != own) throw invalid("Label", "name", "already_exists");
}

Reply list(Call& call) {
  auto& repository = call.repository();
  std::vector<const Label*> all;
  for (const auto& [id, label] : repository.labels) all.push_back(&label);
  std::sort(all.begin(), all.end(),
            [](const Label* a, const Label* b) { return lower(a->name) < lower(b->name); });
  return paged(call, all, [&](const Label* one) { return call.view.label(repository, *one); });
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Label");
  const std::string name = fields.required("name"), color = color_of(call, fields, "ededed");
  const auto description = fields.text("description");
  check_length(description, kLongestDescription, "Label", "description");
  check_name(call, repository, name, nullptr);
  auto& label = call.state.find_or_add_label(repository, name);
  label.color = color;
  label.description = description;
  const Json json = call.view.label(repository, label);
  emit(call, repository, "label", {{"action", "created"}, {"label", json}});
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = call.view.label(repository, found(call, repository, call.param("name")))};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& label = found(call, repository, call.param("name"));
  const auto fields = call.fields("Label");
  const std::string name = fields.text("new_name").value_or(label.name),
                    color = color_of(call, fields, label.color);
  const auto description = fields.has("description") ? fields.text("description") : label.description;
  check_length(description, kLongestDescription, "Label", "description");
  check_name(call, repository, name, &label);
  Json changes = Json::object();
  if (name != label.name) changes["name"] = {{"from", label.name}};
  if (color != label.color) changes["color"] = {{"from", label.color}};
  if (description != label.description) changes["description"] = {{"from", label.description.value_or("")}};
  label.name = name;
  label.color = color;
  label.description = description;
  emit(call, repository, "label",
       {{"action", "edited"}, {"label", call.view.label(repository, label)}, {"changes", changes}});
  return {.body = call.view.label(repository, label)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const Label label = found(call, repository, call.param("name"));
  for (auto& [number, issue] : repository.issues) std::erase(issue.labels, label.id);
  repository.labels.erase(label.id);
  emit(call, repository, "label", {{"action", "deleted"}, {"label", call.view.label(repository, label)}});
  return {.status = 204};
}

/// {"labels": [...]} or just a list.
std::vector<std::string> names_of(const Call& call) {
  if (call.body.is_array()) return Fields::strings(call.body, "Label", "labels", "name");
  return call.fields("Label").list("labels", "name").value_or(std::vector<std::string>{});
}

Reply list_of_issue(Call& call) {
  auto& repository = call.repository();
  const auto& ids = call.issue(repository).labels;
  return paged(call, ids, [&](Id id) { return call.view.label(repository, repository.labels.at(id)); });
}

Reply add(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  auto ids = issue.labels;
  for (const Id id : labels_called(call, repository, names_of(call)))
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  set_labels(call, repository, issue, ids);
  return {.body = call.view.labels(repository, issue)};
}

Reply replace(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  set_labels(call, repository, issue, labels_called(call, repository, names_of(call)));
  return {.body = call.view.labels(repository, issue)};
}

Reply remove_all(Call& call) {
  auto& repository = call.repository();
  set_labels(call, repository, call.issue(repository), {});
  return {.status = 204};
}

Reply remove_one(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.issue(repository);
  const Label* label = call.state.find_label(repository, call.param("name"));
  auto ids = issue.labels;
  if (!label || std::erase(ids, label->id) == 0) throw ApiError(404, "Label does not exist");
  set_labels(call, repository, issue, ids);
  return {.body = call.view.labels(repository, issue)};
}

}  // namespace

void add_label_routes(Api& api) {
  const std::string labels = "/repos/{owner}/{repo}/labels";
  api.on("GET", labels, "?page ?per_page", list);
  api.on("POST", labels, "name color description", create);
  api.on("GET", labels + "/{name...}", "", get);
  api.on("PATCH", labels + "/{name...}", "new_name color description", edit);
  api.on("DELETE", labels + "/{name...}", "", remove);
}

void add_issue_label_routes(Api& api) {
  const std::string labels = "/repos/{owner}/{repo}/issues/{number}/labels";
  api.on("GET", labels, "?page ?per_page", list_of_issue);
  api.on("POST", labels, "labels labels[].name", add);
  api.on("PUT", labels, "labels labels[].name", replace);
  api.on("DELETE", labels, "", remove_all);
  api.on("DELETE", labels + "/{name...}", "", remove_one);
}

}  // namespace fakes::github
