// What a run says of what fakes were asked for and do not have.
#include <fmt/chrono.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cluster/instance.h"
#include "driver/driver.h"
#include "support/http_server.h"

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string now() {
  const auto time = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), (time - seconds).count());
}

/// A gateway behind which "gh" is a fake that is asked for something new by each GET /ask, and "web" is none.
class DriverFakeGapsTest : public DriverTest {
 protected:
  DriverFakeGapsTest() {
    write_instance();
    harness::Project project;
    project.root = project_.root();
    harness::Instance(project, "default").save({"http://" + gateway_.host()});
    for (const std::string name : {"gh", "web", "inner"})
      project_.write(name + ".yaml", "{apiVersion: v1, kind: Service, metadata: {name: " + name +
                                         "}, spec: {ports: [{port: 80}]}}\n");
    const std::string ask = "curl -s http://" + gateway_.host() + "/ask";
    write_project(
        "components: {gh: {manifest: gh.yaml, expose: /gh}, web: {manifest: web.yaml, expose: /web}, inner: "
        "{manifest: inner.yaml}}\n"
        "tests: [{name: TestAsks, command: '" +
        ask + "; " + ask + "'}, {name: TestOther, command: 'true', labels: [serial]}]\n");
  }

  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const std::lock_guard lock(mutex_);
    if (request.target == "/ask")
      gaps_.push_back(
          {{"time", now()}, {"method", "PATCH"}, {"path", "/repos/o/r"}, {"gap", "archived"}, {"test", ""}});
    if (request.target == "/gh/admin/gaps")
      return answer.reply(200, json{{"now", now()}, {"gaps", gaps_}, {"dropped", 0}}.dump());
    answer.reply(request.target == "/ask" ? 200 : 404, "<html>");
  }

  std::mutex mutex_;
  json gaps_ = json::array({{{"time", "2022-05-19T12:34:56.000Z"},
                             {"method", "GET"},
                             {"path", "/old"},
                             {"gap", "the route"},
                             {"test", ""}}});
  HttpServer gateway_{[this](const auto& request, auto& reply) { answer(request, reply); }};
};

TEST_F(DriverFakeGapsTest, AreSaidAndReported) {
  const auto result = run({"-no-setup", "-all", "-no-dump"});
  EXPECT_EQ(result.code, 0) << "it fails no run";
  EXPECT_THAT(result.err, AllOf(HasSubstr("fakes were asked for what they do not have:\n  gh: PATCH "
                                          "/repos/o/r archived (2 times, TestAsks)\n"),
                                Not(HasSubstr("/old"))));
  const auto results = json::parse(file(".harness/default/artifacts/results.json"));
  EXPECT_EQ(
      results.at("fake_gaps"),
      json::parse(
          R"([{"fake": "gh", "request": "PATCH /repos/o/r", "what": "archived", "times": 2, "tests": ["TestAsks"]}])"));
  EXPECT_THAT(file(".harness/default/artifacts/report.html"),
              AllOf(HasSubstr("Fakes were asked for what they do not have"),
                    HasSubstr("<td>archived</td><td class=\"number\">2</td><td>TestAsks</td>")));
}

TEST_F(DriverFakeGapsTest, NoneAreNotMentioned) {
  const auto result = run({"-no-setup", "-run=TestOther", "-no-dump"});
  EXPECT_THAT(result.err, Not(HasSubstr("fakes were asked")));
  EXPECT_EQ(json::parse(file(".harness/default/artifacts/results.json")).at("fake_gaps"), json::array());
  EXPECT_THAT(file(".harness/default/artifacts/report.html"), Not(HasSubstr("Fakes were asked")));
}

}  // namespace
