// What a request says, checked as GitHub checks it.
#include "github/asked.h"

#include <algorithm>

#include "github/text.h"

namespace fakes::github {

void check_length(const std::optional<std::string>& text, std::size_t most, const std::string& resource,
                  const std::string& field) {
  if (!text || text->size() <= most) return;
  const auto characters = std::count_if(
      text->begin(), text->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  if (static_cast<std::size_t>(characters) > most)
    throw invalid(resource, field, "custom",
                  field + " is too long (maximum is " + std::to_string(most) + " characters)");
}

std::optional<Time> asked_time(const Call& call, const std::string& name, const std::string& resource) {
  const auto text = call.query.find(name);
  if (!text || text->empty()) return {};
  const auto time = parse_time(*text);
  if (!time) throw invalid(resource, name);
  return time;
}

bool asks_ascending(const Call& call, bool otherwise, const std::string& resource) {
  const std::string direction = call.query.get("direction");
  if (direction.empty()) return otherwise;
  if (direction != "asc" && direction != "desc") throw invalid(resource, "direction");
  return direction == "asc";
}

}  // namespace fakes::github
