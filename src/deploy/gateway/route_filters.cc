#include "deploy/gateway/route_filters.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "cluster/objects.h"
#include "deploy/gateway/nginx_words.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// A text that fits into a URL and into a line of a header.
constexpr const char* kPath = R"(/[^\s?#]*)";
constexpr const char* kHost = R"([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)";

class FilterReader {
 public:
  FilterReader(const Places& places, Filters& filters) : places_(places), filters_(filters) {}

  bool read(const Json& filter, const std::string& pointer) {
    const auto type = text_at(filter, "/type");
    if (type == "RequestHeaderModifier")
      read_headers(json_at(filter, "/requestHeaderModifier"), pointer + "/requestHeaderModifier",
                   filters_.request);
    else if (type == "ResponseHeaderModifier")
      read_headers(json_at(filter, "/responseHeaderModifier"), pointer + "/responseHeaderModifier",
                   filters_.response);
    else if (type == "RequestRedirect")
      read_redirect(json_at(filter, "/requestRedirect"), pointer + "/requestRedirect");
    else if (type == "URLRewrite") {
      const auto& rewrite = json_at(filter, "/urlRewrite");
      filters_.host = host(rewrite, pointer + "/urlRewrite");
      read_path(json_at(rewrite, "/path"), pointer + "/urlRewrite/path");
    } else if (type != "RequestMirror") {
      places_.remark(pointer + "/type",
                     fmt::format("the gateway has no filter {}: requests get a 500", type));
      return false;
    }
    return true;
  }

 private:
  void read_headers(const Json& body, const std::string& pointer, HeaderChanges& changes) {
    const auto read = [&](const char* key, auto& headers) {
      const auto& list = list_at(body, (std::string("/") + key).c_str());
      for (size_t i = 0; i < list.size(); ++i) {
        const auto at = fmt::format("{}/{}/{}", pointer, key, i);
        headers.emplace_back(name(text_at(list[i], "/name"), at + "/name"),
                             value(text_at(list[i], "/value"), at + "/value"));
      }
    };
    read("set", changes.set);
    read("add", changes.add);
    const auto& removed = list_at(body, "/remove");
    for (size_t i = 0; i < removed.size(); ++i)
      changes.remove.push_back(name(removed[i].is_string() ? removed[i].get<std::string>() : "",
                                    fmt::format("{}/remove/{}", pointer, i)));
  }

  std::string name(const std::string& text, const std::string& pointer) const {
    if (header_variable(text).empty())
      places_.fail(pointer, fmt::format("\"{}\" must be a name of letters, digits, - and _", text));
    return text;
  }

  std::string value(const std::string& text, const std::string& pointer) const {
    if (text.find_first_of("\r\n") != std::string::npos) places_.fail(pointer, "must be one line");
    return text;
  }

  std::string host(const Json& body, const std::string& pointer) const {
    const auto text = text_at(body, "/hostname");
    if (!text.empty() && !RE2::FullMatch(text, kHost))
      places_.fail(pointer + "/hostname", fmt::format("\"{}\" must be a name, without port", text));
    return text;
  }

  void read_path(const Json& body, const std::string& pointer) {
    if (!body.is_object()) return;
    const bool is_prefix = text_at(body, "/type") == "ReplacePrefixMatch";
    const char* key = is_prefix ? "/replacePrefixMatch" : "/replaceFullPath";
    auto with = text_at(body, key);
    if (with.empty()) with = "/";
    if (!RE2::FullMatch(with, kPath))
      places_.fail(pointer + key, fmt::format("\"{}\" must be a path that begins with /", with));
    filters_.path = {is_prefix, with};
  }

  void read_redirect(const Json& body, const std::string& pointer) {
    Redirect redirect{.status = static_cast<int>(number_at(body, "/statusCode", 302)),
                      .scheme = text_at(body, "/scheme"),
                      .host = host(body, pointer),
                      .port = static_cast<int>(number_at(body, "/port"))};
    if (redirect.status < 300 || redirect.status > 399)
      places_.fail(pointer + "/statusCode", "must be one of 301, 302, 303, 307, 308");
    if (!redirect.scheme.empty() && redirect.scheme != "http" && redirect.scheme != "https")
      places_.fail(pointer + "/scheme", "must be http or https");
    read_path(json_at(body, "/path"), pointer + "/path");
    filters_.redirect = redirect;
  }

  const Places& places_;
  Filters& filters_;
};

}  // namespace

bool read_filters(const Json& list, const std::string& pointer, const Places& places, Filters& filters) {
  bool all = true;
  FilterReader reader(places, filters);
  for (size_t i = 0; i < list.size(); ++i)
    all = reader.read(list[i], fmt::format("{}/{}", pointer, i)) && all;
  return all;
}

int milliseconds_of(const std::string& duration, const std::string& pointer, const Places& places) {
  static const RE2 part("([0-9]{1,5})(h|ms|m|s)");
  re2::StringPiece rest(duration);
  long sum = 0, number = 0;
  std::string unit;
  while (RE2::Consume(&rest, part, &number, &unit))
    sum += number * (unit == "h" ? 3600000 : unit == "m" ? 60000 : unit == "s" ? 1000 : 1);
  if (!rest.empty() || sum > 1000000000)
    places.fail(pointer, fmt::format("\"{}\" must be a duration such as 10s or 500ms", duration));
  return static_cast<int>(sum);
}

}  // namespace harness
