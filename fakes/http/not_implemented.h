#pragma once

#include <string>

#include "http/message.h"

namespace fakes::http {

/// Thrown by a handler where the real service has what a request asks for, and the fake has not: answered
/// with a 501, and kept in the journal as a gap (admin/gaps.h), so that a run's report counts it. A fake
/// never passes over such a thing.
///
///   throw NotImplemented("?sort=reactions");      // "this fake does not have ?sort=reactions"
class NotImplemented : public HttpError {
 public:
  /// For a route of the real service that the fake has no handler for.
  static constexpr const char* kRoute = "the route";

  /// `what` names it as short as a report needs it beside the request's method and path: "archived" (a field
  /// of the body),
  /// "?sort" (a query parameter), "Accept: application/vnd.github.diff", kRoute.
  explicit NotImplemented(const std::string& what)
      : HttpError(501, "this fake does not have " + what + ", which the real service has"), gap(what) {}
  std::string gap;
};

}  // namespace fakes::http
