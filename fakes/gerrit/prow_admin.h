#pragma once

#include <vector>

#include "gerrit/state.h"
#include "http/message.h"

namespace fakes::gerrit {

struct AdminRoute {
  const char *method, *pattern;
  http::Response (*handle)(State&, const http::Request&);
};

/// The routes by which Prow's own tests fill Prow's fake Gerrit: what they add is given out as it was given.
/// A change has its ids and names of commits whatever they are, and messages of it stand without "Patch Set
/// 1:" in front.
///
/// POST /admin/add/account {AccountInfo}, /admin/add/branch/PROJECT/BRANCH {BranchInfo},
/// /admin/add/change/PROJECT {ChangeInfo}; GET /admin/login/ID: who says nothing of himself is that account.
std::vector<AdminRoute> prow_admin_routes();

}  // namespace fakes::gerrit
