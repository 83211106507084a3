#include "github/media.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "github/errors.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

struct Wish {
  std::string type;  ///< "application/vnd.github.diff"
  double weight = 1;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

/// By preference, the first of equals first.
std::vector<Wish> wishes_of(const std::string& accept) {
  std::vector<Wish> wishes;
  for (const auto& one : parts_of(accept, ',')) {
    const auto parameters = parts_of(one, ';');
    Wish wish{.type = lower(parameters[0])};
    for (const auto& parameter : parameters)
      if (parameter.starts_with("q=")) wish.weight = std::strtod(parameter.c_str() + 2, nullptr);
    if (!wish.type.empty() && wish.weight > 0) wishes.push_back(std::move(wish));
  }
  std::stable_sort(wishes.begin(), wishes.end(),
                   [](const auto& a, const auto& b) { return a.weight > b.weight; });
  return wishes;
}

/// Of "application/vnd.github.v3.diff", "application/vnd.github-issue.raw+json" the last part; "" where that
/// is a version or a preview.
std::string form_of(std::string type) {
  type = type.substr(0, type.find('+'));
  const auto dot = type.rfind('.');
  const std::string last = type.substr(dot + 1);
  const bool is_version =
      last.starts_with('v') && last.find_first_not_of("0123456789", 1) == std::string::npos;
  return last.starts_with("github") || is_version || last == "json" || last.ends_with("-preview") ||
                 last == "beta"
             ? ""
             : last;
}

}  // namespace

std::string form_asked_for(const http::Headers& headers, const http::Names& real, const http::Names& ours) {
  const std::string accept = http::header(headers, "Accept");
  const auto wishes = wishes_of(accept);
  for (const auto& [type, weight] : wishes) {
    std::string form;
    if (type.starts_with("application/vnd.github"))
      form = form_of(type);
    else if (type == "application/octet-stream" && real.forms.contains("octet-stream"))
      form = "octet-stream";
    else if (type != "*/*" && type != "application/*" && type != "application/json")
      continue;
    if (ours.forms.contains(form)) return form;
    if (real.forms.contains(form)) throw http::NotImplemented("Accept: " + type);
    return "";
  }
  if (wishes.empty()) return "";
  throw ApiError(415, "Unsupported 'Accept' header: '" + accept + "'. Must accept 'application/json'.");
}

void check_headers(const http::Headers& headers) {
  if (!http::header(headers, "X-HTTP-Method-Override").empty())
    throw http::NotImplemented("the header X-HTTP-Method-Override");
  const std::string version = http::header(headers, "X-GitHub-Api-Version");
  if (version.empty() || version == "2022-11-28") return;
  if (version.size() == 10 && parse_time(version))
    throw http::NotImplemented("X-GitHub-Api-Version: " + version);
  throw ApiError(400, version + " is not a supported version.");
}

}  // namespace fakes::github
