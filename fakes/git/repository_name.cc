#include "git/repository_name.h"

#include <algorithm>

namespace fakes::git {

namespace {

bool is_allowed(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

std::string part_problem(const std::string& part) {
  if (part.empty()) return "a part between slashes is empty";
  if (part.size() > 200) return "a part is longer than 200 characters";
  if (!std::all_of(part.begin(), part.end(), is_allowed))
    return "\"" + part + "\" has characters other than A-Z a-z 0-9 . _ -";
  if (part.starts_with('.')) return "\"" + part + "\" begins with a dot";
  for (const std::string end : {".git", ".lock"})
    if (part.ends_with(end)) return "\"" + part + "\" ends in " + end;
  return "";
}

}  // namespace

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    const size_t end = path.find('/', begin);
    parts.push_back(path.substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

std::string name_problem(const std::string& name) {
  if (name.empty()) return "it is empty";
  const auto parts = parts_of(name);
  if (parts.size() > 4) return "it has more than four parts";
  for (const auto& part : parts)
    if (auto problem = part_problem(part); !problem.empty()) return problem;
  return "";
}

}  // namespace fakes::git
