#pragma once

#include <vector>

#include "gerrit/input.h"

namespace fakes::gerrit {

/// The comments of a ReviewInput for a patch set, without those that have no text and, where it asks for
/// that, without those that are there already; `id`, `updated` and `message_id` are not set. Throws HttpError
/// (400): a file that the patch set does not have, a line or range that cannot be.
std::vector<Comment> checked_comments(const Change& change, const Revision& revision, const Input& review,
                                      int author, const std::string& tag);

}  // namespace fakes::gerrit
