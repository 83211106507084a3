#pragma once

#include "github/deliveries.h"
#include "github/fields.h"
#include "github/view.h"
#include "http/message.h"
#include "http/query.h"

namespace fakes::github {

struct Reply {
  int status = 200;
  Json body = nullptr;  ///< null: none
  http::Headers headers = {};
  std::string text = {}, type = {};  ///< of an answer that is no JSON: what it is and its Content-Type
};

/// One request to the API, while the state's mutex is held.
struct Call {
  const http::Request& request;
  State& state;
  Deliveries& deliveries;
  http::Query query;
  Json body;                     ///< an object where there was none
  std::string actor;             ///< who does it: a login; "" without Authorization
  const App* app = nullptr;      ///< that does it by its own key
  const Token* token = nullptr;  ///< of the installation that does it
  std::string path;              ///< of the request, as an absolute URL of this server
  View view;
  std::string form = {};           ///< of the answer: "" is JSON, else one of those that the route has
  mutable Fields::Read read = {};  ///< the fields of the body that were asked for

  const std::string& param(const std::string& name) const { return request.params.at(name); }
  bool reads() const { return request.method == "GET" || request.method == "HEAD"; }
  /// The login of who does it. Throws ApiError (401) without Authorization.
  const std::string& need_actor() const;
  Fields fields(const std::string& resource) const;
  /// Of the path. Throw ApiError (404) where there is none.
  Id id(const std::string& name) const;
  /// That `owner` and `repo` name. An archived one takes no changes (ApiError 403), unless the route says
  /// that it may. Throws Redirect where it has another name now.
  Repository& repository(bool even_archived = false);
  Issue& issue(Repository& repository);  ///< also a pull request
  Issue& pull(Repository& repository);   ///< its `pull` is set
};

inline constexpr const char* kDefaultActor = "ci-robot";

/// Who a request comes from.
struct Actor {
  std::string login;             ///< "" without Authorization
  const App* app = nullptr;      ///< a JSON Web Token of this app
  const Token* token = nullptr;  ///< of an installation
};
/// `Authorization: token T`, `Bearer T` or `Basic` with T as password: T may be anything; "login:NAME" is
/// NAME, a token of an installation is its app's bot, a JSON Web Token is checked against the app's key,
/// anything else is "ci-robot" (with Basic the user's name). Throws ApiError (401) where it is none of these.
/// The state's mutex is held.
Actor actor_of(const http::Request& request, const State& state);

/// Thrown where something has moved: 301 for a GET, else 307.
struct Redirect {
  std::string url;
};

/// The commit that `ref` names (history.h). Throws ApiError (422) where there is none; a lenient server makes
/// it.
const Commit& commit_called(Call& call, Repository& repository, const std::string& ref);

/// The part of a list that `page` and `per_page` (30, at most 100; where `most` is another number, that)
/// name.
struct Page {
  std::size_t begin, end;
  http::Headers headers;  ///< Link, where there is more than one page
};
Page page_of(const Call& call, std::size_t total, std::size_t most = 100);

/// The page of `items` that was asked for, each as `to_json` has it.
template <typename Items, typename ToJson>
Reply paged(const Call& call, const Items& items, ToJson to_json) {
  auto page = page_of(call, items.size());
  Reply reply{.body = Json::array(), .headers = std::move(page.headers)};
  for (auto i = page.begin; i < page.end; ++i) reply.body.push_back(to_json(items[i]));
  return reply;
}

}  // namespace fakes::github
