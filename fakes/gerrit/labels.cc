#include "gerrit/labels.h"

#include <fmt/format.h>

#include <set>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/routes.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

const std::set<std::string> kFunctions{"AnyWithBlock", "MaxNoBlock", "MaxWithBlock", "NoBlock", "NoOp"};

int to_score(const std::string& text) {
  auto digits = text;
  digits.erase(0, std::min(digits.find_first_not_of(' '), digits.size()));
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  if (!is_number(digits) || digits.size() > 2) throw HttpError(400, "invalid value: " + text);
  return negative ? -std::stoi(digits) : std::stoi(digits);
}

Json label_info(const std::string& project, const std::string& name, const Label& label) {
  Json info{{"name", name},
            {"project_name", project},
            {"function", label.function},
            {"default_value", label.default_value}};
  for (const auto& [value, text] : label.values) info["values"][score_text(value)] = text;
  return info;
}

Response list(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  Json all = Json::array();
  for (const auto& [name, label] : project.labels) all.push_back(label_info(project.name, name, label));
  return call.json(200, all);
}

Response get(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  std::string name = call.param("label");
  const auto* label = find_label(project, name);
  if (!label) throw HttpError(404, "Not found: " + name);
  return call.json(200, label_info(project.name, name, *label));
}

Response put(Call& call) {
  call.user();
  auto& project = call.state.project(call.param("name"));
  const auto input = Input::of(call.request);
  std::string name = call.param("label");
  const auto* before = find_label(project, name);
  if (!before && !input.has("values")) throw HttpError(400, "values are required");
  if (name.empty() ||
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") !=
          std::string::npos)
    throw HttpError(400, "invalid name: " + name);
  const auto label = defined(before ? *before : Label{}, input);
  const int status = before ? 200 : 201;
  return call.json(status, label_info(project.name, name, project.labels[name] = label));
}

}  // namespace

Label defined(Label label, const Input& input) {
  if (input.has("values")) {
    label.values.clear();
    const Json values = input.object("values");
    for (const auto& [value, text] : values.items()) {
      if (!text.is_string()) throw invalid_input();
      label.values[to_score(value)] = text.get<std::string>();
    }
    label.values.emplace(0, "No score");
  }
  if (input.has("default_value")) label.default_value = input.number("default_value");
  if (input.has("function")) label.function = input.text("function");
  if (label.function == "PatchSetLock") throw http::NotImplemented("function: PatchSetLock");
  if (!kFunctions.contains(label.function)) throw HttpError(400, "unknown function: " + label.function);
  if (!label.values.contains(label.default_value))
    throw HttpError(400, fmt::format("default value {} is invalid", label.default_value));
  return label;
}

std::vector<Endpoint> label_endpoints() {
  return {
      {"GET", "/projects/{name}/labels", list},
      {"GET", "/projects/{name}/labels/{label}", get},
      {"PUT", "/projects/{name}/labels/{label}", put, "name values default_value function commit_message"}};
}

}  // namespace fakes::gerrit
