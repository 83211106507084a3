#pragma once

#include "github/call.h"

namespace fakes::github {

/// A comment on a line, as a review or a request of its own gives it: path, body, and line, side, start_line,
/// start_side or position. Throws ApiError (422).
ReviewComment review_comment_of(const Fields& fields);

/// Throws ApiError (422) where the pull request does not change its path, or its line is not in the
/// difference.
void check_review_comment(const Call& call, const Repository& repository, const Issue& issue,
                          const ReviewComment& comment);

/// Adds it; an event tells of it where `told`. Throws as check_review_comment.
ReviewComment& add_review_comment(Call& call, Repository& repository, Issue& issue, ReviewComment comment,
                                  bool told);

}  // namespace fakes::github
