#include "testrun/documents.h"

#include <cctype>

#include "base/text.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

std::optional<Json> object(std::string_view text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

/// Each line that is not empty; nothing where one is no object.
std::optional<std::vector<Json>> objects(std::string_view content) {
  std::vector<Json> all;
  for (const auto& line : split(content, '\n')) {
    if (trim(line).empty()) continue;
    auto json = object(line);
    if (!json) return std::nullopt;
    all.push_back(std::move(*json));
  }
  return all;
}

/// {"index": {...}} or {"create": {...}}.
bool is_action(const Json& line) {
  return line.size() == 1 && (line.contains("index") || line.contains("create")) && line.begin()->is_object();
}

/// Whether every second line is an action.
bool is_bulk(const std::vector<Json>& lines) {
  if (lines.empty() || lines.size() % 2 != 0) return false;
  for (size_t i = 0; i < lines.size(); i += 2)
    if (!is_action(lines[i])) return false;
  return true;
}

std::string index_of(const Json& action, const std::string& otherwise) {
  const auto named = action.find("_index");
  if (named == action.end() || !named->is_string()) return otherwise;
  const auto name = index_name(named->get<std::string>());
  return name.starts_with("tm-") ? name : "tm-" + name;
}

}  // namespace

std::string index_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) || c == '-' || c == '_' || c == '.' || byte >= 0x80
                ? static_cast<char>(std::tolower(byte))
                : '-';
  }
  const auto begin = name.find_first_not_of("-_+.");
  return begin == std::string::npos ? "results" : name.substr(begin);
}

std::optional<std::vector<Document>> recognise(std::string_view content, const std::string& index) {
  if (auto one = object(content)) return std::vector<Document>{{index, "", std::move(*one)}};
  auto lines = objects(content);
  if (!lines || lines->empty()) return std::nullopt;
  const bool bulk = is_bulk(*lines);
  std::vector<Document> documents;
  for (size_t i = 0; i < lines->size(); ++i) {
    Document document{.index = index, .id = "", .source = {}};
    if (bulk) {
      const auto& action = (*lines)[i++];
      const auto& named = *action.begin();
      document.create = action.contains("create");
      document.index = index_of(named, index);
      if (const auto id = named.find("_id"); id != named.end() && id->is_string()) document.id = *id;
    }
    document.source = std::move((*lines)[i]);
    documents.push_back(std::move(document));
  }
  return documents;
}

std::string bulk_text(const std::vector<Document>& documents) {
  std::string text;
  const auto add = [&](const Json& json) {
    text += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  for (const auto& document : documents) {
    add({{document.create ? "create" : "index", {{"_index", document.index}, {"_id", document.id}}}});
    add(document.source);
  }
  return text;
}

}  // namespace harness::testrun
