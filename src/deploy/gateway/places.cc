#include "deploy/gateway/places.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace harness {

std::string field_of(const std::string& pointer) {
  std::string field;
  for (const auto& part : split(pointer.substr(std::min<size_t>(1, pointer.size())), '/')) {
    const bool is_index = part.find_first_not_of("0123456789") == std::string::npos;
    field += is_index ? "[" + part + "]" : (field.empty() ? "" : ".") + part;
  }
  return field;
}

std::string Places::at(const std::string& pointer) const {
  const auto place = place_of(object_, pointer);
  const auto own = object_.kind + " " + object_.name_space + "/" + object_.name;
  return place.ends_with(own) ? place : place + ": " + own;
}

void Places::remark(const std::string& pointer, const std::string& text, const std::string& field) const {
  remarks_.push_back(
      fmt::format("warning: {}: {}: {}", at(pointer), field.empty() ? field_of(pointer) : field, text));
}

void Places::fail(const std::string& pointer, const std::string& text) const {
  throw Error(fmt::format("{}: {} {}", at(pointer), field_of(pointer), text), {.exit_code = kUsage});
}

}  // namespace harness
