#pragma once

#include <functional>

#include "github/call.h"
#include "http/router.h"

namespace fakes::github {

struct ApiOptions {
  std::string git_server;  ///< clone_url begins so; "" for this server's own URL
  std::string public_url;  ///< URLs begin so; "" for what the request's Host says
};

/// Takes requests in GitHub's manner and hands them to actions: Authorization, a JSON body, errors, ETag and
/// the headers that every answer has. Each pattern is served as it is and under /api/v3.
class Api {
 public:
  using Action = std::function<Reply(Call&)>;
  Api(http::Router& router, State& state, Deliveries& deliveries, ApiOptions options);

  /// `action` runs with the state's mutex held. Whatever is no GET needs an Authorization: 401.
  void on(const std::string& method, const std::string& pattern, const Action& action);

 private:
  http::Response serve(const http::Request& request, const Action& action, const std::string& prefix);
  Reply act(const http::Request& request, const Action& action, const std::string& prefix,
            std::string& actor);
  Urls urls_of(const http::Request& request, const std::string& prefix) const;
  void add_limits(http::Headers& headers, const std::string& actor);

  http::Router& router_;
  State& state_;
  Deliveries& deliveries_;
  ApiOptions options_;
};

/// How many requests a user had this hour. The fake counts, and refuses nothing.
struct RateLimit {
  int limit, used;
  std::int64_t reset;
};
RateLimit rate_limit(const std::string& actor, bool count);

/// Every route of the API.
void add_routes(Api& api);

void add_user_routes(Api& api);
void add_repository_routes(Api& api);
void add_ref_routes(Api& api);
void add_commit_routes(Api& api);
void add_status_routes(Api& api);
void add_issue_routes(Api& api);
void add_comment_routes(Api& api);
void add_label_routes(Api& api);
void add_issue_label_routes(Api& api);
void add_assignee_routes(Api& api);
void add_pull_routes(Api& api);
void add_merge_routes(Api& api);
void add_review_routes(Api& api);
void add_reviewer_routes(Api& api);
void add_hook_routes(Api& api);

}  // namespace fakes::github
