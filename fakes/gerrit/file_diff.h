#pragma once

#include <string>

#include "gerrit/store.h"

namespace fakes::gerrit {

/// DiffInfo (rest-api-changes.html#diff-info) of a file between two trees; null where neither has it.
/// `context` lines stay around what differs, all of them for -1.
Json file_diff(const Store& store, const std::string& from, const std::string& to, const std::string& path,
               int context);

/// The same of the magic file /COMMIT_MSG.
Json message_diff(const std::string& from, const std::string& to, int context);

/// Throws HttpError (400) at what is no value of ?whitespace, NotImplemented at one that is.
void refuse_whitespace(const std::string& value);

}  // namespace fakes::gerrit
