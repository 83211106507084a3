#pragma once

#include <functional>
#include <map>
#include <string_view>

#include "github/call.h"
#include "http/catalogue.h"
#include "http/router.h"

namespace fakes::github {

struct ApiOptions {
  std::string git_server;  ///< clone_url begins so; "" for this server's own URL
  std::string public_url;  ///< URLs begin so; "" for what the request's Host says
  bool lenient = false;    ///< State::lenient at the begin and after a reset
};

/// Takes requests in GitHub's manner and hands them to actions: Authorization, a JSON body, errors, ETag and
/// the headers that every answer has. Each pattern is served as it is and under /api/v3.
///
/// What GitHub has stands in catalogue/. An action says which of its route's names it knows; what a request
/// says beyond that and GitHub would heed is a 501, as is every route of the catalogue that has no action. An
/// action that reads a name that it did not declare, or passes over one that it declared and the request
/// gave, is a mistake of this program: 500.
class Api {
 public:
  using Action = std::function<Reply(Call&)>;
  Api(http::Router& router, State& state, Deliveries& deliveries, ApiOptions options);

  /// `action` runs with the state's mutex held. Whatever is no GET needs an Authorization: 401. `names` are
  /// of the route's (http::Names). Throws std::logic_error where the catalogue has no such route, or no such
  /// name of it.
  void on(const std::string& method, const std::string& pattern, std::string_view names,
          const Action& action);
  /// The same for a route whose body is a file.
  void on_bytes(const std::string& method, const std::string& pattern, std::string_view names,
                const Action& action);
  /// Answers everything that no action is there for: 501 where GitHub has it, else 404. To be called last.
  void finish();

 private:
  /// A route with what is known of it.
  struct Served {
    std::string prefix;  ///< "" or "/api/v3"
    http::Names real, ours;
    Action action;          ///< empty: GitHub has the route, and this has not, whatever is sent
    bool is_bytes = false;  ///< the body is no JSON
  };
  http::Response serve(const http::Request& request, const Served& served);
  Reply act(const http::Request& request, const Served& served, std::string& actor, std::string& gap);
  Reply act_locked(const http::Request& request, const Served& served, std::string& actor);
  http::Response by_id(const http::Request& request, const std::string& prefix);
  void handle(const std::string& method, const std::string& pattern, const http::Names& real,
              const http::Names& ours, const Action& action, bool is_bytes = false);
  void add(const std::string& method, const std::string& pattern, std::string_view names,
           const Action& action, bool is_bytes);
  Urls urls_of(const http::Request& request, const std::string& prefix) const;
  void add_limits(http::Headers& headers, const std::string& actor);

  http::Router& router_;
  State& state_;
  Deliveries& deliveries_;
  ApiOptions options_;
  std::map<std::string, http::RealRoute> catalogue_;  ///< by http::shape_of
};

/// How many requests a user had this hour. The fake counts, and refuses nothing.
struct RateLimit {
  int limit, used;
  std::int64_t reset;
};
RateLimit rate_limit(const std::string& actor, bool count);

/// Every route of the API.
void add_routes(Api& api);

void add_app_routes(Api& api);
void add_blob_and_tree_routes(Api& api);
void add_check_routes(Api& api);
void add_collaborator_routes(Api& api);
void add_compare_routes(Api& api);
void add_contents_routes(Api& api);
void add_event_routes(Api& api);
void add_member_routes(Api& api);
void add_milestone_routes(Api& api);
void add_protection_routes(Api& api);
void add_reaction_routes(Api& api);
void add_release_routes(Api& api);
void add_review_comment_routes(Api& api);
void add_search_routes(Api& api);
void add_settings_routes(Api& api);
void add_tag_routes(Api& api);
void add_team_routes(Api& api);
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
