#pragma once

#include <optional>
#include <string>

#include "http/flags.h"
#include "lib/endpoint.h"

namespace ci {

/// Where Gerrit is, as flags.
struct GerritFlags {
  std::string endpoint, user = "ci-robot", password_file;
  void add_to(fakes::http::Flags& flags);
};

/// What the services need of Gerrit's REST API
/// (https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html).
class Gerrit {
 public:
  explicit Gerrit(const GerritFlags& flags);

  /// Throws where the API cannot be used.
  void check() const;
  /// A message on a revision of a change, with a vote on Verified where one is given. Throws Unreachable and
  /// Refused.
  void review(const std::string& change, const std::string& revision, const std::string& message,
              std::optional<int> verified) const;

 private:
  Endpoint endpoint_;
};

}  // namespace ci
