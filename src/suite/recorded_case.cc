#include "suite/recorded_case.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace harness {

namespace {

using Strings = std::vector<std::string>;

/// How often each pair is there.
std::map<std::pair<std::string, std::string>, int> counted(const std::vector<CaseName>& names) {
  std::map<std::pair<std::string, std::string>, int> counts;
  for (const auto& name : names) ++counts[{name.class_name, name.name}];
  return counts;
}

/// Puts what `more` says before the class of those that are called as others are.
void tell_apart(std::vector<CaseName>& names, const std::vector<RecordedCase>& cases,
                const std::function<std::string(const RecordedCase&)>& more) {
  const auto counts = counted(names);
  for (size_t i = 0; i < names.size(); ++i) {
    auto& name = names[i];
    const auto text = more(cases[i]);
    if (counts.at({name.class_name, name.name}) == 1 || text.empty() || text == name.class_name) continue;
    name.class_name = name.class_name.empty() ? text : text + "/" + name.class_name;
  }
}

}  // namespace

/// Class and name alone where that is enough, else with the suite, the file, or a number.
std::vector<CaseName> names_of_cases(const std::vector<RecordedCase>& cases) {
  std::vector<CaseName> names;
  for (const auto& one : cases) {
    CaseName name{one.class_name == one.name ? "" : one.class_name, one.name};
    if (name.name.empty()) name = {"", one.class_name.empty() ? one.suite : one.class_name};
    if (name.name.empty()) name.name = "(no name)";
    names.push_back(std::move(name));
  }
  tell_apart(names, cases, [](const auto& one) { return one.suite; });
  tell_apart(names, cases, [](const auto& one) { return one.file; });
  std::set<std::pair<std::string, std::string>> taken;
  for (auto& name : names) {
    const auto plain = name.name;
    for (int number = 2; !taken.emplace(name.class_name, name.name).second; ++number)
      name.name = plain + " #" + std::to_string(number);
  }
  return names;
}

std::vector<const RecordedCase*> cases_called(const std::string& listed,
                                              const std::vector<RecordedCase>& cases) {
  static const std::array<std::string, 8> separators{".", "/", "::", "#", ":", " ", " > ", " › "};
  std::vector<const RecordedCase*> with_class, by_name;
  for (const auto& one : cases) {
    if (one.name == listed) by_name.push_back(&one);
    if (!listed.ends_with(one.name)) continue;
    const Strings owners{one.class_name, one.suite, one.file};
    const auto is_it = [&](const std::string& owner) {
      return !owner.empty() && std::any_of(separators.begin(), separators.end(), [&](const auto& separator) {
        return owner + separator + one.name == listed;
      });
    };
    if (std::any_of(owners.begin(), owners.end(), is_it)) with_class.push_back(&one);
  }
  return with_class.empty() ? by_name : with_class;
}

}  // namespace harness
