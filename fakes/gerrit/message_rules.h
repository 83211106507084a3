#pragma once

#include <string>

#include "gerrit/model.h"

namespace fakes::gerrit {

/// A commit's new message, with one line end at its end. Throws HttpError: 400 where it is empty, 409 where
/// it has not this Change-Id as its one footer of that name.
std::string checked_message(std::string message, const std::string& change_id);

/// The footers of a message's last paragraph by their names; empty where that is none of footers.
Json footers_of(const std::string& message);

}  // namespace fakes::gerrit
