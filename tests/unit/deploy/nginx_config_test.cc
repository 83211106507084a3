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

}  // namespace
}  // namespace harness
