#pragma once

#include "github/call.h"

namespace fakes::github {

/// GET .../commits/REF/statuses: all statuses, the newest first.
Reply statuses_of(Call& call, Repository& repository, const Commit& commit);
/// GET .../commits/REF/status: the latest of each context, and what they come to: failure where one is error
/// or failure, pending where one is pending or there is none, else success.
Reply combined_status_of(Call& call, Repository& repository, const Commit& commit);

}  // namespace fakes::github
