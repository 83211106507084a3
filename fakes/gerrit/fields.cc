#include "gerrit/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gerrit/timestamp.h"
#include "http/message.h"

namespace fakes::gerrit {

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object_.is_object())
    throw http::HttpError(400,
                          fmt::format("{}: an object is expected", where_.empty() ? "the seed" : where_));
}

std::string Fields::place(const std::string& name) const {
  return where_.empty() ? name : where_ + "." + name;
}

void Fields::fail(const std::string& name, const std::string& what) const {
  throw http::HttpError(400, fmt::format("{}: {}", place(name), what));
}

const Json* Fields::any(const std::string& name) {
  known_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::string Fields::text(const std::string& name, const std::string& otherwise) {
  const auto* value = any(name);
  if (!value) return otherwise;
  if (!value->is_string()) fail(name, "a string is expected");
  return value->get<std::string>();
}

std::string Fields::required_text(const std::string& name) {
  const auto value = text(name);
  if (value.empty()) fail(name, "is missing or empty");
  return value;
}

int Fields::number(const std::string& name, int otherwise) {
  const auto* value = any(name);
  if (!value) return otherwise;
  if (!value->is_number_integer() || value->get<std::int64_t>() < -1'000'000'000 ||
      value->get<std::int64_t>() > 1'000'000'000)
    fail(name, "a whole number is expected");
  return value->get<int>();
}

bool Fields::flag(const std::string& name, bool otherwise) {
  const auto* value = any(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) fail(name, "true or false is expected");
  return value->get<bool>();
}

std::optional<Time> Fields::time(const std::string& name) {
  const auto value = text(name);
  if (value.empty()) return {};
  const auto parsed = parse_time(value);
  if (!parsed) fail(name, fmt::format("\"{}\" is no time like \"2022-05-19 12:34:56.000000000\"", value));
  return parsed;
}

std::vector<std::string> Fields::texts(const std::string& name) {
  std::vector<std::string> all;
  const auto* value = any(name);
  if (!value) return all;
  if (!value->is_array()) fail(name, "a list of strings is expected");
  for (const auto& one : *value) {
    if (!one.is_string()) fail(name, "a list of strings is expected");
    all.push_back(one.get<std::string>());
  }
  return all;
}

std::vector<Fields> Fields::objects(const std::string& name) {
  std::vector<Fields> all;
  const auto* value = any(name);
  if (!value) return all;
  if (!value->is_array()) fail(name, "a list of objects is expected");
  for (size_t i = 0; i < value->size(); ++i)
    all.emplace_back((*value)[i], fmt::format("{}[{}]", place(name), i));
  return all;
}

std::optional<Fields> Fields::object(const std::string& name) {
  const auto* value = any(name);
  if (!value) return {};
  return Fields(*value, place(name));
}

std::vector<std::pair<std::string, Json>> Fields::pairs(const std::string& name) {
  std::vector<std::pair<std::string, Json>> all;
  if (const auto inner = object(name))
    for (const auto& [key, value] : inner->object_.items()) all.emplace_back(key, value);
  return all;
}

void Fields::expect_no_more() const {
  for (const auto& [name, value] : object_.items())
    if (!known_.contains(name))
      fail(name, fmt::format("unknown field; there are {}", fmt::join(known_, ", ")));
}

}  // namespace fakes::gerrit
