#pragma once

#include "github/call.h"

namespace fakes::github {

/// Queues an event, with `repository` and `sender` added, for every active hook of the repository that wants
/// it (https://docs.github.com/webhooks/webhook-events-and-payloads).
void emit(Call& call, Repository& repository, const std::string& event, Json payload);

/// What happened to an issue (event issues) or a pull request (event pull_request). `more` goes into the
/// payload.
void emit_issue(Call& call, Repository& repository, Issue& issue, const std::string& action,
                const Json& more = Json::object());

/// Without repository and sender.
Json push_payload(const Call& call, const Repository& repository, const std::string& ref,
                  const std::string& before, const std::string& after, bool forced);
void emit_push(Call& call, Repository& repository, const std::string& ref, const std::string& before,
               const std::string& after, bool forced);

}  // namespace fakes::github
