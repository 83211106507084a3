#include "gerrit/new_commit.h"

#include <fmt/format.h>

#include "gerrit/ids.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {

Person person_of(const Account& account, Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);  // git keeps no less
  return {
      .name = account.name.empty() ? account.username : account.name, .email = account.email, .date = second};
}

std::string new_change_id(const State& state, const std::string& project, const std::string& branch,
                          const std::string& message) {
  return fmt::format("I{}", sha1_hex(fmt::format("{}\n{}\n{}\n{}\n{}", state.next_change, project, branch,
                                                 format_time(state.last_time), message)));
}

std::string with_change_id(std::string message, const std::string& change_id) {
  if (!change_id_of(message).empty()) return message;
  while (message.ends_with('\n')) message.pop_back();
  const auto last = message.rfind("\n\n");
  // Footers are a paragraph of their own: "Signed-off-by: ..." and the like.
  const bool has_footers = last != std::string::npos && message.find(": ", last) != std::string::npos &&
                           message.find(' ', last) > message.find(": ", last);
  return fmt::format("{}{}Change-Id: {}\n", message, has_footers ? "\n" : "\n\n", change_id);
}

}  // namespace fakes::gerrit
