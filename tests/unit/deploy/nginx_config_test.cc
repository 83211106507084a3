// deploy/gateway/nginx_config.cc
#include "deploy/gateway/nginx_config.h"

#include <gmock/gmock.h>

#include "support/golden.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

using Match = Route::Match;

const Backend kWeb{"web", "default", 80}, kRpc{"rpc", "ci", 9090, true};

TEST(NginxConfigTest, Golden) {
  expect_golden(
      "nginx.conf",
      nginx_config({.routes = {{.path = "/deck", .to = kWeb, .on_every_host = true, .strip = true},
                               {.path = "/hook", .to = kWeb},
                               {.path = "/", .to = {"root", "default", 8080}, .on_every_host = true},
                               {.path = "/rpc.Service", .to = kRpc, .host = "*.rpc.test"},
                               {.path = "/git(/|$)(.*)",
                                .to = kWeb,
                                .match = Match::regex,
                                .host = "a.test",
                                .rewrite = "/$2",
                                .settings = {{"client_max_body_size", "8m"}}},
                               {.path = "/one", .to = kWeb, .match = Match::exact, .host = "a.test"},
                               {.path = "", .to = {}, .match = Match::fallback, .host = "a.test"}},
                    .streams = {{5432, false, {"db", "default", 5432}},
                                {53, true, {"dns", "default", 53}},
                                {32000, false, kWeb, true}}}));
}

TEST(NginxConfigTest, LongerPathsComeFirst) {
  const auto config = nginx_config({.routes = {{.path = "/a", .to = kWeb}, {.path = "/a/b", .to = kWeb}}});
  EXPECT_LT(config.find("\"^/a/b(/|$)\""), config.find("\"^/a(/|$)\""));
}

TEST(NginxConfigTest, WhatAPathHasOfRegularExpressionsAndQuotesIsText) {
  const auto config = nginx_config({.routes = {{.path = R"(/a.b+"\)", .to = kWeb}}});
  EXPECT_THAT(config, HasSubstr(R"x(location ~ "^/a\\.b\\+\"\\\\(/|$)")x"));
}

TEST(NginxConfigTest, AnExactPathAndARedirectAreNotTwice) {
  const auto config = nginx_config({.routes = {{.path = "/a", .to = kWeb, .strip = true},
                                               {.path = "/a", .to = kWeb, .match = Match::exact}}});
  EXPECT_THAT(config, HasSubstr("location = \"/a\""));
  EXPECT_THAT(config, Not(HasSubstr("location = /a {")));
}

TEST(NginxConfigTest, AHostsOwnPathComesBeforeThatOfEveryHost) {
  const auto config = nginx_config({.routes = {{.path = "/a", .to = kWeb, .on_every_host = true},
                                               {.path = "/a", .to = kRpc, .host = "x.test"}}});
  const auto server = config.substr(config.find("server_name x.test"));
  EXPECT_THAT(server.substr(server.find("@http1 {")),
              HasSubstr("set $address rpc.ci.svc.cluster.local:9090;"));
  EXPECT_EQ(server.find("location ~"), server.rfind("location ~"));
}

TEST(NginxConfigTest, GoldenOfTheGatewayApi) {
  const Condition post{.of = Condition::Of::method, .value = "POST"},
      id{Condition::Of::header, "X-Id", "a.b"}, query{Condition::Of::query, "q", "x y"},
      env{Condition::Of::header, "env", "a|b", true};
  const Filters changes{.request = {{{"a", "$b"}}, {{"X-C", "d"}}, {"e"}},
                        .response = {{{"f", "g"}}, {{"h", "i"}}, {"j"}},
                        .host = "b.test",
                        .path = PathChange{true, "/new/"},
                        .mirrors = {"m.default.svc.cluster.local:80"},
                        .timeout_ms = 1500};
  const Redirect away{.status = 301, .scheme = "https", .host = "c.test", .port = 8443};
  expect_golden(
      "nginx_gateway_api.conf",
      nginx_config(
          {.routes = {
               {.path = "/deck", .to = kWeb, .on_every_host = true, .strip = true},
               {.path = "/", .to = kWeb, .host = "a.test", .match_id = 1, .weight = 90},
               {.path = "/", .to = kRpc, .host = "a.test", .match_id = 1, .weight = 10},
               {.path = "/", .to = kRpc, .host = "a.test", .match_id = 1, .weight = 0},
               {.path = "/x", .to = kWeb, .host = "a.test", .match_id = 2, .conditions = {post, id, query}},
               {.path = "/x/y", .to = kWeb, .host = "a.test", .match_id = 3, .conditions = {env}},
               {.path = "/old", .to = kWeb, .host = "a.test", .match_id = 4, .filters = changes},
               {.path = "/[0-9]+", .to = kRpc, .match = Match::pattern, .host = "a.test", .match_id = 5},
               {.path = "/one", .to = {}, .match = Match::exact, .host = "a.test", .match_id = 6},
               {.path = "/r",
                .to = {},
                .host = "**.a.test",
                .match_id = 7,
                .filters = {.path = PathChange{false, "/full"}, .redirect = away}},
               {.path = "/r", .to = kWeb, .host = "*.a.test"}}}));
}

TEST(NginxConfigTest, GoldenOfHttps) {
  const Redirect to_https{.status = 308, .scheme = "https"};
  expect_golden(
      "nginx_https.conf",
      nginx_config(
          {.routes = {{.path = "/deck", .to = kWeb, .on_every_host = true, .over_https = true, .strip = true},
                      {.path = "/", .to = kWeb, .host = "plain.test"},
                      {.path = "/", .to = {}, .host = "a.test", .filters = {.redirect = to_https}},
                      {.path = "/", .to = kWeb, .host = "a.test", .over_http = false, .over_https = true}},
           .streams = {{5432, false, {"db", "default", 5432}}},
           .tls = {{"web", "a.test", "ci", "shop", "m.yaml:1:1"}}}));
}

TEST(NginxConfigTest, MoreOfAMatchComesFirst) {
  const Condition header{Condition::Of::header, "h", "v"},
      method{.of = Condition::Of::method, .value = "GET"};
  const auto config =
      nginx_config({.routes = {{.path = "/a", .to = {"five", "x", 1}, .match_id = 1},
                               {.path = "/a", .to = {"four", "x", 1}, .match_id = 2, .conditions = {header}},
                               {.path = "/a", .to = {"three", "x", 1}, .match_id = 3, .conditions = {method}},
                               {.path = "/a/b", .to = {"two", "x", 1}, .match_id = 4},
                               {.path = "/a", .to = {"one", "x", 1}, .match = Match::exact, .match_id = 5}}});
  std::vector<size_t> found;
  for (const char* name : {"one", "two", "three", "four", "five"})
    found.push_back(config.find(std::string("set $address ") + name, config.find("@route_0 {")));
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end())) << config;
  EXPECT_NE(found.back(), std::string::npos);
}

}  // namespace
}  // namespace harness
