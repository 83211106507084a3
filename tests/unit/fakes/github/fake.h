#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "../support.h"
#include "admin/admin.h"
#include "github/api.h"
#include "github/seed.h"
#include "github/text.h"
#include "http/server.h"

namespace fakes::github {

/// A fakeghserver in this process, with one repository: octo/hello with the branches main and topic.
class GitHubTest : public testing::Test {
 protected:
  static constexpr const char* kBase = "1111111111111111111111111111111111111111";
  static constexpr const char* kTopic = "2222222222222222222222222222222222222222";

  explicit GitHubTest(const ApiOptions& options = {}) : api_(server_.router(), state_, deliveries_, options) {
    admin_.add_routes(server_.router());
    add_routes(api_);
    seed_json(Json::parse(R"({"repositories": [{"full_name": "octo/hello",
      "branches": {"main": "1111111111111111111111111111111111111111", "topic": "2222222222222222222222222222222222222222"},
      "commits": [{"sha": "1111111111111111111111111111111111111111", "message": "base"},
                  {"sha": "2222222222222222222222222222222222222222", "message": "topic", "parents": ["1111111111111111111111111111111111111111"]}]}]})"));
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~GitHubTest() override { server_.stop(std::chrono::milliseconds(0)); }

  support::Answer ask(const std::string& method, const std::string& target, const std::string& body = "",
                      const std::vector<std::string>& headers = {}) {
    auto all = headers;
    all.push_back("Connection: close");  // an answer without a body (204, 304) ends with it
    if (!token_.empty()) all.push_back("Authorization: token " + token_);
    if (token_.empty() && !actor_.empty()) all.push_back("Authorization: token login:" + actor_);
    return support::request(port_, method, target, body, all);
  }
  /// The answer's JSON; fails the test where its status is another one. `path` is below /repos/octo/hello
  /// where it does not begin with /.
  Json must(int status, const std::string& method, const std::string& path, const Json& body = nullptr) {
    const std::string target =
        path.starts_with('/') ? path : "/repos/octo/hello" + (path.empty() ? "" : "/" + path);
    const auto answer = ask(method, target, body.is_null() ? "" : body.dump());
    EXPECT_EQ(answer.status, status) << method << " " << target << "\n" << answer.body;
    return answer.body.empty() ? Json() : Json::parse(answer.body);
  }
  Json get(const std::string& path) { return must(200, "GET", path); }
  /// What a list of objects has as `field`.
  template <typename T = std::string>
  static std::vector<T> column(const Json& list, const std::string& field) {
    std::vector<T> values;
    for (const auto& one : list) values.push_back(one.at(field).get<T>());
    return values;
  }
  void seed_json(const Json& json) { seed(state_, json); }
  Json open_pull(const Json& more = Json::object()) {
    Json body{{"title", "a change"}, {"head", "topic"}, {"base", "main"}};
    body.update(more);
    return must(201, "POST", "pulls", body);
  }

  /// From now on requests are an app's, which is installed at octo.
  void as_app(const std::map<std::string, std::string>& permissions) {
    const std::lock_guard lock(state_.mutex);
    auto& app = state_.data.apps[7];
    app.id = 7;
    app.slug = "robot";
    auto& installation = state_.data.installations[70];
    installation.id = 70;
    installation.app = 7;
    installation.account = "octo";
    auto& token = state_.data.tokens["ghs_test"];
    token.value = token_ = "ghs_test";
    token.app = 7;
    token.installation = 70;
    token.expires = now() + 3600;
    token.permissions = permissions;
  }

  std::string actor_ = "alice", token_;
  State state_;
  Deliveries deliveries_;
  admin::Admin admin_{
      {.reset = [this] { state_.data = {}; }, .seed = [this](const Json& json) { seed(state_, json); }}};
  http::Server server_{admin_.observed({})};
  Api api_;
  unsigned short port_ = 0;
  std::jthread thread_;
};

}  // namespace fakes::github
