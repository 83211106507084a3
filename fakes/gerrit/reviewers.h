#pragma once

#include "gerrit/call.h"
#include "gerrit/input.h"

namespace fakes::gerrit {

/// What a ReviewerInput asks for.
struct ReviewerOrder {
  std::string input;
  std::string error;  ///< why it cannot be; then the rest is not set
  int account = 0;
  bool remove = false;
  Role role = Role::kReviewer;
};

ReviewerOrder reviewer_order(const Call& call, const Input& input);

/// Carries out an order without error. Gives back the ReviewerResult.
Json apply(const Call& call, Change& change, const ReviewerOrder& order);

/// The ReviewerResult of an order with an error.
Json refusal(const ReviewerOrder& order);

}  // namespace fakes::gerrit
