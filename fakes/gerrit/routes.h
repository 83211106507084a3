#pragma once

#include <vector>

#include "gerrit/call.h"

namespace fakes::gerrit {

/// A pattern has neither /a in front nor a slash at its end; a request may have both.
struct Endpoint {
  const char* method;
  const char* pattern;
  http::Response (*handle)(Call&);
  const char* takes =
      "";  ///< what of the real route's bodies and queries (catalogue.h) it takes, as http::Names
};

std::vector<Endpoint> change_endpoints();  ///< list, create, get
std::vector<Endpoint>
change_action_endpoints();                 ///< abandon, restore, ready, wip, private, topic, hashtags, delete
std::vector<Endpoint> submit_endpoints();  ///< submit, submitted_together, mergeable
std::vector<Endpoint> rebase_endpoints();
std::vector<Endpoint> cherry_pick_endpoints();
std::vector<Endpoint> revert_endpoints();
std::vector<Endpoint> move_endpoints();
std::vector<Endpoint> message_endpoints();  ///< the commit's message, and what was said
std::vector<Endpoint> edit_endpoints();
std::vector<Endpoint> file_endpoints();  ///< files' contents and differences, patches
std::vector<Endpoint> vote_endpoints();
std::vector<Endpoint> action_endpoints();
std::vector<Endpoint> tool_endpoints();  ///< the commit-msg hook
std::vector<Endpoint> reviewer_endpoints();
std::vector<Endpoint> revision_endpoints();
std::vector<Endpoint> review_endpoints();
std::vector<Endpoint> account_endpoints();
std::vector<Endpoint> project_endpoints();
std::vector<Endpoint> branch_endpoints();
std::vector<Endpoint> label_endpoints();
std::vector<Endpoint> config_endpoints();

/// The patch set that a path names: "current", a number or a commit (or 4 digits of it at least). Throws
/// HttpError (404).
Revision& revision_of(Change& change, const std::string& name);

/// The commit that a project knows by the name of a branch, "HEAD" or (the beginning of) its id. Nothing
/// where it knows none.
std::optional<std::string> resolve(const State& state, const Project& project, const std::string& name);

}  // namespace fakes::gerrit
