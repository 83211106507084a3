#include "hook/commands.h"

#include <set>
#include <sstream>

namespace ci {

std::vector<CommentCommand> parse_comment(const std::string& text) {
  static const std::set<std::string> known{"/label", "/remove-label", "/kind", "/remove-kind", "/test"};
  std::vector<CommentCommand> commands;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string command, argument;
    if (!(words >> command) || !known.contains(command)) continue;
    while (words >> argument) commands.push_back({command.substr(1), argument});
  }
  return commands;
}

}  // namespace ci
