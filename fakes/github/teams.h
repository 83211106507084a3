#pragma once

#include "github/api.h"

namespace fakes::github {

struct FoundTeam {
  Organization* org;
  Team* team;
};
/// The team that the path names, by organization and slug or by its id. Throws ApiError (404).
FoundTeam team_in(Call& call);

/// A team's members and repositories.
void add_team_part_routes(Api& api);

}  // namespace fakes::github
