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
};

/// One request to the API, while the state's mutex is held.
struct Call {
  const http::Request& request;
  State& state;
  Deliveries& deliveries;
  http::Query query;
  Json body;          ///< an object where there was none
  std::string actor;  ///< who does it: a login; "" without Authorization
  std::string path;   ///< of the request, as an absolute URL of this server
  View view;

  const std::string& param(const std::string& name) const { return request.params.at(name); }
  Fields fields(const std::string& resource) const;
  /// Of the path. Throw ApiError (404) where there is none.
  Id id(const std::string& name) const;
  Repository& repository();
  Issue& issue(Repository& repository);  ///< also a pull request
  Issue& pull(Repository& repository);   ///< its `pull` is set
};

/// Who a request comes from. `Authorization: token T`, `Bearer T` or `Basic` with T as password: T may be
/// anything; "login:NAME" is NAME, anything else "ci-robot" (with Basic the user's name). "" without the
/// header. Throws ApiError (401) where it is none of these.
std::string actor_of(const http::Request& request);

/// The part of a list that `page` and `per_page` (30, at most 100) name.
struct Page {
  std::size_t begin, end;
  http::Headers headers;  ///< Link, where there is more than one page
};
Page page_of(const Call& call, std::size_t total);

/// The page of `items` that was asked for, each as `to_json` has it.
template <typename Items, typename ToJson>
Reply paged(const Call& call, const Items& items, ToJson to_json) {
  auto page = page_of(call, items.size());
  Reply reply{.body = Json::array(), .headers = std::move(page.headers)};
  for (auto i = page.begin; i < page.end; ++i) reply.body.push_back(to_json(items[i]));
  return reply;
}

}  // namespace fakes::github
