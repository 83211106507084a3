#include "gerrit/input.h"

#include <algorithm>
#include <charconv>

#include "gerrit/ids.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

int to_number(const Json& value) {
  if (value.is_null()) return 0;
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (number < -1'000'000'000 || number > 1'000'000'000) throw invalid_input();
    return static_cast<int>(number);
  }
  if (!value.is_string()) throw invalid_input();
  std::string text = value.get<std::string>();
  if (text.starts_with('+')) text.erase(0, 1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw invalid_input();
  return number;
}

std::string to_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw invalid_input();
}

}  // namespace

HttpError invalid_input() { return {400, "Invalid application/json in request"}; }

Input::Input(Json object) : object_(std::move(object)) {
  if (!object_.is_object()) throw HttpError(400, "Expected JSON object");
}

Input Input::of(const http::Request& request, const std::string& default_field) {
  if (request.body.find_first_not_of(" \t\r\n") == std::string::npos) return Input(Json::object());
  if (!default_field.empty() &&
      lower(http::header(request.headers, "Content-Type")).starts_with("text/plain"))
    return Input(Json{{default_field, request.body}});
  auto json = Json::parse(request.body, nullptr, false);
  if (json.is_discarded()) throw invalid_input();
  return Input(std::move(json));
}

const Json* Input::find(const std::string& name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool Input::has(const std::string& name) const { return find(name) != nullptr; }

std::string Input::text(const std::string& name) const {
  const auto* value = find(name);
  return value ? to_text(*value) : "";
}

std::string Input::topic() const {
  constexpr size_t kLongest = 2048;
  auto topic = text("topic");
  if (topic.size() > kLongest)
    throw http::HttpError(400, "topic length exceeds the limit (" + std::to_string(kLongest) + ")");
  constexpr const char* kBlanks = " \t\r\n";
  topic.erase(topic.find_last_not_of(kBlanks) + 1);
  topic.erase(0, std::min(topic.find_first_not_of(kBlanks), topic.size()));
  if (topic.find('"') != std::string::npos)
    throw http::HttpError(400, "topic can't contain quotation marks.");
  return topic;
}

bool Input::flag(const std::string& name) const {
  const auto* value = find(name);
  if (!value) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_string()) return lower(value->get<std::string>()) == "true";
  throw invalid_input();
}

int Input::number(const std::string& name) const {
  const auto* value = find(name);
  return value ? to_number(*value) : 0;
}

std::vector<std::string> Input::texts(const std::string& name) const {
  std::vector<std::string> all;
  const auto* value = find(name);
  if (!value) return all;
  if (!value->is_array()) throw invalid_input();
  for (const auto& one : *value) all.push_back(to_text(one));
  return all;
}

std::vector<Input> Input::objects(const std::string& name) const {
  std::vector<Input> all;
  const auto* value = find(name);
  if (!value) return all;
  if (!value->is_array()) throw invalid_input();
  for (const auto& one : *value)
    if (!one.is_null()) all.emplace_back(one);
  return all;
}

std::map<std::string, int> Input::numbers(const std::string& name) const {
  std::map<std::string, int> all;
  const Json values = object(name);
  for (const auto& [key, value] : values.items()) all[key] = to_number(value);
  return all;
}

std::map<std::string, std::vector<Input>> Input::lists(const std::string& name) const {
  std::map<std::string, std::vector<Input>> all;
  const Input inner(has(name) ? object(name) : Json::object());
  for (const auto& [key, value] : inner.object_.items()) all[key] = inner.objects(key);
  return all;
}

Json Input::object(const std::string& name) const {
  const auto* value = find(name);
  if (!value) return nullptr;
  if (!value->is_object()) throw invalid_input();
  return *value;
}

std::string Input::one_of(const std::string& name, const std::vector<std::string>& words) const {
  const std::string word = text(name);
  if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) throw invalid_input();
  return word;
}

}  // namespace fakes::gerrit
