// Who asks, accounts, and what is not there.
#include <gmock/gmock.h>

#include <thread>

#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

class AccessTest : public testing::Test {
 protected:
  Answer self(const std::string& header, const std::string& value) {
    return server_.call("GET", "/a/accounts/self", "", {{header, value}});
  }
  GerritServer server_;
};

TEST_F(AccessTest, EveryWayToLogIn) {
  EXPECT_EQ(self("Authorization", "Basic YWxpY2U6c2VjcmV0").json["username"], "alice");
  EXPECT_EQ(self("Authorization", "basic YWxpY2U6").json["username"], "alice") << "an empty password";
  EXPECT_EQ(self("Authorization", "Basic Ym9iYjo6eA==").json["username"], "bobb");
  EXPECT_EQ(self("Authorization", "Bearer carol").json["username"], "carol");
  EXPECT_EQ(self("Cookie", "a=b; o=git-dan.example.com=1//secret").json["username"], "git-dan.example.com");
  EXPECT_EQ(self("Authorization", "Basic YWxpY2U6c2VjcmV0").json["_account_id"], 1000000);
}

TEST_F(AccessTest, WhoDoesNotIsRefused) {
  for (const auto& [name, value] : http::Headers{{"X", ""},
                                                 {"Authorization", "Basic"},
                                                 {"Authorization", "Basic !!!"},
                                                 {"Authorization", "Basic OnNlY3JldA=="},
                                                 {"Authorization", "Digest x"},
                                                 {"Authorization", "Bearer a b"},
                                                 {"Cookie", "p=q"}}) {
    const auto answer = self(name, value);
    EXPECT_EQ(answer.status, 401) << name << ": " << value;
    EXPECT_EQ(answer.body, "Unauthorized\n");
    EXPECT_EQ(http::header(answer.headers, "WWW-Authenticate"), "Basic realm=\"Gerrit Code Review\"");
  }
  EXPECT_EQ(server_.get("/accounts/self").status, 403);
}

TEST_F(AccessTest, Accounts) {
  server_.api.seed(Json::parse(
      R"({"accounts": [{"_account_id": 1000096, "username": "john", "name": "John Doe", "email": "jd@x.org"}, {"username": "jane", "name": "Jane Doe"}]})"));
  for (const char* id : {"1000096", "john", "jd@x.org", "John%20Doe", "John%20Doe%20%3Cjd@x.org%3E"})
    EXPECT_EQ(server_.get(std::string("/accounts/") + id).json["_account_id"], 1000096) << id;
  EXPECT_EQ(
      server_.get("/accounts/john").json,
      Json({{"_account_id", 1000096}, {"name", "John Doe"}, {"email", "jd@x.org"}, {"username", "john"}}));
  EXPECT_TRUE(server_.get("john /accounts/self/detail").json.contains("registered_on"));
  EXPECT_EQ(server_.get("/accounts/john/name").json, "John Doe");
  EXPECT_EQ(server_.get("/accounts/nobody").body, "Account 'nobody' not found\n");
  EXPECT_EQ(server_.get("/accounts/nobody").status, 404);
  EXPECT_EQ(server_.get("/accounts/?q=doe").json,
            Json::parse(R"([{"_account_id": 1000096}, {"_account_id": 1000097}])"));
  EXPECT_EQ(server_.get("/accounts/?q=name:jan&o=DETAILS").json[0]["username"], "jane");
  EXPECT_EQ(server_.get("/accounts/?suggest&q=j&n=1").json[0]["_more_accounts"], true);
  EXPECT_EQ(server_.get("/accounts/?q=username:john+is:active").json.size(), 1u);
  EXPECT_EQ(server_.get("/accounts/").status, 400);
  EXPECT_EQ(server_.get("/accounts/?q=x:y").status, 400);
}

TEST_F(AccessTest, TheServerSpeaksOfItself) {
  EXPECT_THAT(server_.get("/config/server/version").json.get<std::string>(),
              testing::MatchesRegex("[0-9.]+"));
  EXPECT_EQ(server_.get("/config/server/info").json["gerrit"]["all_projects"], "All-Projects");
}

TEST_F(AccessTest, PrettyPrintingAndHeaders) {
  const auto compact = server_.get("/config/server/info");
  EXPECT_THAT(compact.body, testing::StartsWith(")]}'\n{\""));
  EXPECT_EQ(http::header(compact.headers, "Content-Type"), "application/json; charset=UTF-8");
  EXPECT_THAT(server_.get("/config/server/info?pp=1").body, testing::StartsWith(")]}'\n{\n  \""));
}

TEST_F(AccessTest, PathsThatAreNotThere) {
  for (const char* path : {"/nothing", "/changes/1/nothing", "/projects/a/b/c", "/b/changes/"}) {
    EXPECT_EQ(server_.get(path).status, 404) << path;
    EXPECT_EQ(server_.get(path).body, "Not Found\n");
  }
  const auto wrong = server_.call("DELETE", "/projects/x");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(http::header(wrong.headers, "Allow"), "GET, HEAD, PUT");
  EXPECT_EQ(server_.call("HEAD", "/config/server/version").status, 200);
}

TEST_F(AccessTest, ManyAtOnce) {
  server_.add_project("p");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([this, i] {
        for (int n = 0; n < 20; ++n) {
          const int number = server_.add_change("p");
          const std::string user = "user" + std::to_string(i);
          const auto path = "/changes/" + std::to_string(number);
          EXPECT_EQ(
              server_
                  .post(user + " " + path + "/revisions/current/review", {{"labels", {{"Code-Review", 2}}}})
                  .status,
              200);
          EXPECT_EQ(server_.post(user + " " + path + "/submit").status, 200);
          server_.query("owner:self OR reviewer:" + user, user);
        }
      });
  }
  EXPECT_EQ(server_.query("status:merged").size(), 160u);
}

}  // namespace
}  // namespace fakes::gerrit
