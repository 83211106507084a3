#pragma once

#include "github/call.h"

namespace fakes::github {

/// A repository's settings that are on or off, each with what it is at first.
struct Switch {
  const char* name;
  bool at_first;
};
inline constexpr Switch kSwitches[] = {
    {"has_projects", true},         {"has_wiki", true},           {"has_downloads", true},
    {"is_template", false},         {"allow_squash_merge", true}, {"allow_merge_commit", true},
    {"allow_rebase_merge", true},   {"allow_auto_merge", false},  {"delete_branch_on_merge", false},
    {"allow_update_branch", false}, {"allow_forking", true}};

/// Gives a repository another owner or name; requests for the old one are redirected. Throws ApiError (422)
/// where that is none or is taken.
void move_repository(State& state, Repository& repository, const std::string& owner, const std::string& name);

}  // namespace fakes::github
