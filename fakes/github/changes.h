#pragma once

#include "github/call.h"

/// Changes that several routes make, and of which hooks are told.
namespace fakes::github {

/// Lets the ref "heads/x" or "tags/x" name another commit; kNoCommit deletes it. Pull requests from that
/// branch follow it, or are closed. Events push, create, delete, and pull_request (synchronize, closed).
void set_ref(Call& call, Repository& repository, const std::string& name, const std::string& sha,
             bool forced = false);

/// Events closed and reopened, where that changes something.
void set_open(Call& call, Repository& repository, Issue& issue, bool open,
              const std::optional<std::string>& reason = {});
/// Events labeled and unlabeled.
void set_labels(Call& call, Repository& repository, Issue& issue, std::vector<Id> labels);
/// The labels called so, without doubles; missing ones are made, as GitHub does.
std::vector<Id> labels_called(Call& call, Repository& repository, const std::vector<std::string>& names);
/// Events assigned and unassigned.
void set_assignees(Call& call, Repository& repository, Issue& issue, const std::vector<std::string>& logins);

/// An issue's or pull request's first fields, from a request that creates it. Changes nothing but the
/// repository's last number.
Issue new_issue(Call& call, Repository& repository, const Fields& fields);
/// Adds it. Events opened, labeled, assigned.
Issue& add_issue(Call& call, Repository& repository, Issue issue);
/// PATCH: title, body, state, and with `of_issue` what only the route of issues takes: state_reason, labels,
/// assignees, milestone. Events as above, edited, milestoned and demilestoned.
void edit_issue(Call& call, Repository& repository, Issue& issue, const Fields& fields, bool of_issue);

/// The milestone that a body names by its number; 0 for none. Throws ApiError (422) where there is no such
/// one.
int milestone_in(const Repository& repository, const Fields& fields);
/// Notes it in the issue's timeline.
void note(Call& call, Issue& issue, const std::string& event, const Json& more = Json::object());

/// Throws ApiError (410) where the repository has no issues.
void need_issues(const Repository& repository);

}  // namespace fakes::github
