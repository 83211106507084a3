#include "deploy/apply_error.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/base64.h"
#include "base/secrets.h"
#include "base/text.h"
#include "deploy/field_path.h"
#include "deploy/install_order.h"
#include "deploy/trouble/admission.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// One thing that is wrong with an object.
struct Problem {
  std::string field;  ///< as the API names it; may be empty
  std::string text;
  std::string hint;
  bool second = false;  ///< it is about the second of two items
};

/// A field's path ends at the colon that is in no brackets.
Problem split_problem(const std::string& line) {
  int depth = 0;
  for (size_t i = 0; i + 1 < line.size(); ++i) {
    depth += line[i] == '[' ? 1 : line[i] == ']' ? -1 : 0;
    if (line[i] == ':' && line[i + 1] == ' ' && depth == 0) return {line.substr(0, i), line.substr(i + 2)};
  }
  return {"", line};
}

/// Last part of a field's path: "value" of ".spec.env[0].value".
std::string last_name(const std::string& field) {
  const auto dot = field.rfind('.');
  return dot == std::string::npos ? field : field.substr(dot + 1);
}

/// Problems of server-side apply's own check of types: "failed to create typed patch object (default/web;
/// apps/v1, Kind=Deployment): .spec.replicas: expected ...".
std::vector<Problem> typed_problems(const Object& object, const std::string& message) {
  std::string rest;
  if (!RE2::PartialMatch(message, R"((?s)^failed to create typed [a-z ]*object \([^)]*\): (.*))", &rest))
    return {};
  std::vector<Problem> problems;
  static const RE2 duplicate(R"(^duplicate entries for key (\[.*\])$)"), wants_text("^expected string, got "),
      wants_number("^expected numeric");
  for (const auto& line : split(rest, '\n')) {
    const auto trimmed = trim(line);
    if (trimmed.empty() || trimmed == "errors:") continue;
    auto problem = split_problem(trimmed);
    const bool is_secret = object.kind == "Secret";
    std::string key;
    if (RE2::FullMatch(problem.text, duplicate, &key)) {
      problem.hint = "leave one of them out of " + last_name(problem.field);
      problem.text = "there are two entries for " + key;
      problem.field += key;
      problem.second = true;
    } else if (RE2::PartialMatch(problem.text, wants_text)) {
      const auto written = written_at(object, pointer_of(object.body, problem.field).to_string());
      problem.hint = is_secret || written.empty()
                         ? "put the value in quotes"
                         : fmt::format("write {}: \"{}\"", last_name(problem.field), written);
      problem.text = is_secret || written.empty()
                         ? "a string is expected"
                         : "a string is expected, and " + written + " without quotes is not one";
    } else if (RE2::PartialMatch(problem.text, wants_number)) {
      problem.hint = "write the number without quotes";
      problem.text = "a number is expected";
    } else if (problem.text == "field not declared in schema") {
      problem.hint =
          "correct the field's name, or move it to where it belongs: kubectl explain " + object.kind;
      problem.text = object.kind + " has no such field there";
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<Problem> problems_of(const Object& object, const ApiStatus& status) {
  auto problems = typed_problems(object, status.message);
  if (status.code == 422)
    for (const auto& cause : status.causes)
      problems.push_back({cause.field == "<nil>" ? "" : cause.field, cause.message, ""});
  return problems;
}

/// Its place has its kind and name.
bool is_rendered(const Object& object) {
  return object.origin.manifest && !object.origin.manifest->source.empty();
}

/// "deploy/web.yaml:20:15: spec.replicas: a number is expected".
std::string line_of(const Object& object, const Problem& problem) {
  const auto pointer = pointer_of(object.body, problem.field, problem.second);
  const auto place = place_of(object, pointer.to_string());
  std::string field = problem.field;
  if (field.starts_with('.')) field.erase(0, 1);
  return (place.empty() ? "" : place + ": ") + (field.empty() ? "" : field + ": ") + problem.text;
}

bool is_too_large(const ApiStatus& status) {
  return status.code == 413 ||
         RE2::PartialMatch(status.message, "request is too large|larger than max|Request entity too large");
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

void hide(std::string& text, const std::string& value) {
  if (value.empty()) return;
  for (size_t at = 0; (at = text.find(value, at)) != std::string::npos;) {
    const size_t end = at + value.size();
    const bool in_word = (at > 0 && is_word(value.front()) && is_word(text[at - 1])) ||
                         (end < text.size() && is_word(value.back()) && is_word(text[end]));
    if (!in_word) text.replace(at, value.size(), kHidden);
    at += in_word ? 1 : kHidden.size();
  }
}

}  // namespace

std::string without_values(const Object& object, std::string text) {
  if (object.kind != "Secret" || !group_of(object.api_version).empty()) return text;
  std::vector<std::string> values;
  for (const char* part : {"data", "stringData"})
    if (const auto map = object.body.find(part); map != object.body.end() && map->is_object())
      for (const auto& entry : *map) {
        values.push_back(entry.is_string()      ? entry.get<std::string>()
                         : entry.is_primitive() ? entry.dump()
                                                : "");
        if (const auto decoded = base64_decoded(values.back())) values.push_back(*decoded);
      }
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.size() > b.size();
  });  // one may be a part of another
  for (const auto& value : values) {
    hide(text, value);
    std::string escaped = Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
    hide(text, escaped.substr(1, escaped.size() - 2));
  }
  return text;
}

std::string title_of(const Object& object) {
  const auto place = place_of(object);
  if (is_rendered(object)) return place;
  return object.kind + " " + object.name + (place.empty() ? "" : " (" + place + ")");
}

Error apply_error(const Object& object, const ApiError& refused) {
  const std::string what = "cannot apply " + title_of(object) + ": ";
  const auto& status = refused.status;
  if (status.reason == kNotServed)
    return Error(title_of(object) + " is not served yet: " + status.message,
                 {.hint = is_api_service(object)
                              ? "a pod of its Service must be ready and must answer: look at its pods"
                              : "the API needs a moment for a new definition",
                  .exit_code = kDeploy});
  if (status.reason == KubeApi::kNoSuchType)
    return Error(what + status.message, {.hint = refused.details.hint, .exit_code = kDeploy});
  if (is_too_large(status))
    return Error(
        fmt::format("{}it is too large: {:.1f} MB as JSON", what,
                    static_cast<double>(object.body.dump().size()) / 1e6),
        {.output_tail = status.message,
         .hint = "the API accepts requests up to 3 MB and stores objects up to 1.5 MB: split the object",
         .exit_code = kDeploy});
  const auto problems = problems_of(object, status);
  std::vector<std::string> lines;
  std::string hint;
  for (const auto& problem : problems) {
    lines.push_back(without_values(object, line_of(object, problem)));
    if (hint.empty()) hint = problem.hint;
  }
  if (!lines.empty())
    return Error(
        "cannot apply " + (is_rendered(object) ? "" : object.kind + " " + object.name + ": ") + lines[0],
        {.output_tail = lines.size() > 1 ? join({lines.begin() + 1, lines.end()}, "\n") : "",
         .hint = hint,
         .exit_code = kDeploy});
  const auto message = without_values(object, status.message);
  const auto known = refusal(message);
  return Error(what + (known ? known->cause : message),
               {.output_tail = known ? message : "", .hint = known ? known->hint : "", .exit_code = kDeploy});
}

Error no_such_type(const KubeApi& api, const Object& object, std::stop_token stop) {
  const std::string what = "cannot apply " + title_of(object) + ": the cluster knows no " + object.kind +
                           " of " + object.api_version + ", and nothing in this run defines one";
  const auto fail = [&](const std::string& hint) {
    return Error(what, {.hint = hint, .exit_code = kDeploy});
  };
  if (const auto version = api.served_version(object.api_version, object.kind, stop); !version.empty())
    return fail("write apiVersion: " + version);
  if (const auto near = nearest(object.kind, api.kinds(object.api_version, stop)))
    return fail("did you mean kind: " + *near + "?");
  return fail(
      "correct apiVersion and kind, or deploy what defines it: its CustomResourceDefinition in a manifest, "
      "or a component that defines it while it runs (after: in components.yaml)");
}

}  // namespace harness
