#pragma once

#include <set>

#include "github/model.h"
#include "github/text.h"
#include "http/message.h"

namespace fakes::github {

/// One object of a seed, read strictly: a field that is not asked for, or has the wrong type, is an
/// http::HttpError (422) that names it.
class SeedFields {
 public:
  SeedFields(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json.is_object()) fail("must be an object");
  }

  [[noreturn]] void fail(const std::string& what) const { throw http::HttpError(422, place_ + " " + what); }
  const std::string& place() const { return place_; }

  const Json* find(const std::string& name) {
    known_.insert(name);
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  template <typename T>
  std::optional<T> get(const std::string& name) {
    const Json* value = find(name);
    if (!value) return {};
    const bool fits = std::is_same_v<T, bool>          ? value->is_boolean()
                      : std::is_same_v<T, std::string> ? value->is_string()
                                                       : value->is_number_integer();
    if (!fits) throw http::HttpError(422, place_ + "." + name + " has the wrong type");
    return value->get<T>();
  }
  std::string text(const std::string& name, const std::string& otherwise = "") {
    return get<std::string>(name).value_or(otherwise);
  }
  std::string required(const std::string& name) {
    const auto value = text(name);
    if (value.empty()) fail("needs \"" + name + "\"");
    return value;
  }
  /// In lower case; "" where it is absent.
  std::string sha(const std::string& name) {
    const auto value = text(name);
    if (!value.empty() && !is_sha(value))
      throw http::HttpError(422, place_ + "." + name + " must have 40 hexadecimal digits");
    return lower(value);
  }
  std::string required_sha(const std::string& name) {
    required(name);
    return sha(name);
  }
  Time time(const std::string& name, Time otherwise) {
    const auto value = get<std::string>(name);
    const auto parsed = value ? parse_time(*value) : otherwise;
    if (!parsed)
      throw http::HttpError(422, place_ + "." + name + " must be a time such as 2022-05-19T12:34:56Z");
    return *parsed;
  }
  /// Calls `read(json, place)` for each.
  template <typename Read>
  void each(const std::string& name, Read read) {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_array()) throw http::HttpError(422, place_ + "." + name + " must be a list");
    for (size_t i = 0; i < value->size(); ++i)
      read((*value)[i], place_ + "." + name + "[" + std::to_string(i) + "]");
  }
  std::vector<std::string> names(const std::string& name) {
    std::vector<std::string> found;
    each(name, [&](const Json& one, const std::string& place) {
      if (!one.is_string()) throw http::HttpError(422, place + " must be a string");
      found.push_back(one);
    });
    return found;
  }
  /// To be called once everything was asked for.
  void done() const {
    for (const auto& [name, value] : json_.items())
      if (!known_.contains(name)) fail("has the unknown field \"" + name + "\"");
  }

 private:
  const Json& json_;
  std::string place_;
  std::set<std::string> known_;
};

}  // namespace fakes::github
