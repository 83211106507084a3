#pragma once

#include "gerrit/state.h"

namespace fakes::gerrit {

/// The account as the author of a commit at `time`.
Person person_of(const Account& account, Time time);

/// A Change-Id that no change has.
std::string new_change_id(const State& state, const std::string& project, const std::string& branch,
                          const std::string& message);

/// `message` with the footer "Change-Id: ID", where it has none.
std::string with_change_id(std::string message, const std::string& change_id);

}  // namespace fakes::gerrit
