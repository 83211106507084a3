#include "deploy/field_path.h"

#include <map>
#include <optional>

namespace harness {

namespace {

using Json = nlohmann::json;

/// `name="web",protocol="TCP"` as values by name. Nothing where it is no such thing.
std::optional<std::map<std::string, Json>> keys_of(const std::string& text) {
  std::map<std::string, Json> keys;
  size_t at = 0;
  while (at < text.size()) {
    const auto equal = text.find('=', at);
    if (equal == std::string::npos) return std::nullopt;
    size_t end = equal + 1;
    if (end < text.size() && text[end] == '"')
      for (++end; end < text.size() && text[end] != '"';) end += text[end] == '\\' ? 2 : 1;
    end = std::min(text.find(',', end), text.size());
    auto value = Json::parse(text.substr(equal + 1, end - equal - 1), nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    keys[text.substr(at, equal - at)] = std::move(value);
    at = end + 1;
  }
  return keys.empty() ? std::nullopt : std::optional(keys);
}

/// The index of the item that has these values, npos where none has.
size_t item_of(const Json& list, const std::map<std::string, Json>& keys, bool second) {
  size_t found = std::string::npos;
  for (size_t i = 0; i < list.size(); ++i) {
    bool same = list[i].is_object();
    for (const auto& [key, value] : keys)
      same = same && (list[i].contains(key) ? list[i][key] == value : key == "protocol" && value == "TCP");
    if (!same) continue;
    if (found != std::string::npos && second) return i;
    if (found == std::string::npos) found = i;
  }
  return found;
}

/// One step deeper; false where `at` has nothing of the kind.
bool descend(const Json*& at, Json::json_pointer& pointer, const std::string& part, bool is_index,
             bool second) {
  if (at->is_object() && at->contains(part)) {
    at = &at->at(part);
    pointer.push_back(part);
    return true;
  }
  if (!is_index || !at->is_array()) return false;
  size_t index = std::string::npos;
  if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos && part.size() < 9)
    index = std::stoul(part);
  else if (const auto keys = keys_of(part))
    index = item_of(*at, *keys, second);
  if (index >= at->size()) return false;
  at = &at->at(index);
  pointer.push_back(std::to_string(index));
  return true;
}

}  // namespace

Json::json_pointer pointer_of(const Json& body, const std::string& field, bool second) {
  Json::json_pointer pointer;
  const Json* node = &body;
  for (size_t at = 0; at < field.size();) {
    if (field[at] == '.') {
      ++at;
      continue;
    }
    std::string part;
    const bool is_index = field[at] == '[';
    if (is_index) {
      size_t end = at + 1;
      for (bool quoted = false; end < field.size() && (quoted || field[end] != ']'); ++end) {
        if (field[end] == '\\')
          ++end;
        else if (field[end] == '"')
          quoted = !quoted;
      }
      part = field.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      // A key may have dots of its own: the longest one that is there counts.
      size_t longest = std::string::npos;
      if (node->is_object())
        for (const auto& [key, value] : node->items())
          if (field.compare(at, key.size(), key) == 0 &&
              (at + key.size() == field.size() || field[at + key.size()] == '.' ||
               field[at + key.size()] == '[') &&
              (longest == std::string::npos || key.size() > longest))
            longest = key.size();
      if (longest == std::string::npos) break;
      part = field.substr(at, longest);
      at += longest;
    }
    const bool is_last = at >= field.size();
    if (!descend(node, pointer, part, is_index, second && is_last)) break;
  }
  return pointer;
}

}  // namespace harness
