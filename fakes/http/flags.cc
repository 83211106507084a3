#include "http/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

namespace fakes::http {

void Flags::add(const std::string& name, std::string& field, const std::string& what) {
  flags_.push_back({name, what, &field});
}
void Flags::add(const std::string& name, int& field, const std::string& what, Range range) {
  flags_.push_back({name, what, &field, range});
}
void Flags::add(const std::string& name, bool& field, const std::string& what) {
  flags_.push_back({name, what, &field});
}

void Flags::set(const Flag& flag, const std::string& value) const {
  if (auto* const* text = std::get_if<std::string*>(&flag.field)) {
    if (value.empty()) throw std::invalid_argument("-" + flag.name + " needs a value");
    **text = value;
  } else if (auto* const* number = std::get_if<int*>(&flag.field)) {
    int parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (!whole || parsed < flag.range.min || parsed > flag.range.max)
      throw std::invalid_argument(fmt::format("-{} takes a number from {} to {}, not \"{}\"", flag.name,
                                              flag.range.min, flag.range.max, value));
    **number = parsed;
  } else {
    if (value != "true" && value != "false")
      throw std::invalid_argument(
          fmt::format("-{} takes no value but true or false, not \"{}\"", flag.name, value));
    *std::get<bool*>(flag.field) = value == "true";
  }
}

void Flags::parse(const std::vector<std::string>& args) const {
  std::set<std::string> seen;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    const size_t begin = arg.find_first_not_of('-');
    if (begin == 0 || begin == std::string::npos)
      throw std::invalid_argument("unexpected argument \"" + arg + "\"");
    const size_t equals = arg.find('=');
    const std::string name = arg.substr(begin, equals == std::string::npos ? equals : equals - begin);
    const auto flag =
        std::find_if(flags_.begin(), flags_.end(), [&](const Flag& one) { return one.name == name; });
    if (begin > 2 || flag == flags_.end())
      throw std::invalid_argument("unknown flag " + arg.substr(0, equals));
    if (!seen.insert(name).second) throw std::invalid_argument("-" + name + " is given twice");
    if (equals != std::string::npos) {
      set(*flag, arg.substr(equals + 1));
    } else if (std::holds_alternative<bool*>(flag->field)) {
      set(*flag, "true");
    } else {
      if (i + 1 == args.size()) throw std::invalid_argument("-" + name + " needs a value");
      set(*flag, args[++i]);
    }
  }
}

std::string Flags::help() const {
  size_t width = 0;
  for (const auto& flag : flags_) width = std::max(width, flag.name.size());
  std::string text;
  for (const auto& flag : flags_) {
    std::string value;
    if (auto* const* string = std::get_if<std::string*>(&flag.field)) value = **string;
    if (auto* const* number = std::get_if<int*>(&flag.field)) value = std::to_string(**number);
    text += fmt::format("  -{:{}}  {}{}\n", flag.name, width, flag.what,
                        value.empty() ? "" : " (default " + value + ")");
  }
  return text;
}

}  // namespace fakes::http
