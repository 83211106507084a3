#include "hook/events.h"

#include <gmock/gmock.h>

#include "ci/world.h"
#include "lib/hash.h"

namespace ci {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace http = fakes::http;

class EventsTest : public testing::Test {
 protected:
  EventsTest() {
    world_.answer("GET /repos/o/r/pulls/7", 200, pull());
    config_ = parse_config(
        "presubmits:\n- {name: unit, repo: o/r, command: [make]}\n- {name: asked, repo: o/r, always_run: "
        "false, command: [make]}\n"
        "postsubmits:\n- {name: publish, repo: o/r, branch: main, command: [make]}\n",
        "image");
  }
  static json repository() {
    return {{"name", "r"}, {"owner", {{"login", "o"}}}, {"clone_url", "http://git/o/r"}};
  }
  static json pull() {
    return {{"number", 7}, {"head", {{"sha", "head"}}}, {"base", {{"sha", "base"}, {"ref", "main"}}}};
  }
  static json comment(const std::string& text) {
    return {{"action", "created"},
            {"repository", repository()},
            {"issue", {{"number", 7}, {"pull_request", json::object()}}},
            {"comment", {{"body", text}}}};
  }

  http::Response send(const std::string& event, const json& body, const std::string& secret = "s",
                      const std::string& delivery = "d") {
    http::Request request;
    request.body = body.is_string() ? body.get<std::string>() : body.dump();
    request.headers = {{"X-GitHub-Event", event},
                       {"X-GitHub-Delivery", delivery},
                       {"X-Hub-Signature-256", "sha256=" + hmac_sha256_hex(secret, request.body)}};
    return events_(request);
  }
  std::vector<std::string> jobs() const {
    std::vector<std::string> names;
    for (const auto& job : world_.objects("jobs")) names.push_back(label_of(job, label::kName));
    return names;
  }

  World world_;
  GitHub github_{[this] {
    GitHubFlags flags;
    flags.endpoint = world_.url();
    return flags;
  }()};
  Kube kube_ = world_.kube();
  Config config_;
  Events events_{{.github = github_,
                  .kube = kube_,
                  .secret = "s",
                  .config = [this] { return config_; },
                  .clonerefs_image = "c",
                  .git_endpoint = ""}};
};

TEST_F(EventsTest, ASignatureThatIsNotRight) {
  EXPECT_EQ(send("pull_request",
                 {{"action", "opened"}, {"pull_request", pull()}, {"repository", repository()}}, "wrong")
                .status,
            403);
  EXPECT_EQ(events_({}).status, 403);
  EXPECT_THAT(jobs(), IsEmpty());
}

TEST_F(EventsTest, CommandsBecomeLabels) {
  EXPECT_EQ(send("issue_comment", comment("/label a b\n/kind bug\n/remove-label old\n")).status, 200);
  EXPECT_THAT(world_.calls(), ElementsAre("POST /repos/o/r/issues/7/labels {\"labels\":[\"a\"]}",
                                          "POST /repos/o/r/issues/7/labels {\"labels\":[\"b\"]}",
                                          "POST /repos/o/r/issues/7/labels {\"labels\":[\"kind/bug\"]}",
                                          "DELETE /repos/o/r/issues/7/labels/old"));
}

TEST_F(EventsTest, ALabelThatIsNotThereIsRemoved) {
  world_.answer("DELETE /repos/o/r/issues/7/labels/old", 404, {{"message", "Label does not exist"}});
  EXPECT_EQ(send("issue_comment", comment("/remove-label old")).status, 200);
}

TEST_F(EventsTest, TestStartsJobs) {
  EXPECT_EQ(send("issue_comment", comment("/test asked")).status, 200);
  EXPECT_THAT(jobs(), ElementsAre("asked"));
  EXPECT_EQ(send("issue_comment", comment("/test all"), "s", "d2").status, 200);
  EXPECT_THAT(jobs(), testing::UnorderedElementsAre("asked", "unit"));
}

TEST_F(EventsTest, ATestThatIsUnknownIsAnswered) {
  EXPECT_EQ(send("issue_comment", comment("/test unti")).status, 200);
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(world_.calls().back(), AllOf(HasSubstr("POST /repos/o/r/issues/7/comments"),
                                           HasSubstr("`unti`"), HasSubstr("/test unit")));
}

TEST_F(EventsTest, APullRequestStartsThoseThatAlwaysRun) {
  for (const char* action : {"labeled", "closed"})
    send("pull_request", {{"action", action}, {"pull_request", pull()}, {"repository", repository()}});
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(
      send("pull_request", {{"action", "opened"}, {"pull_request", pull()}, {"repository", repository()}})
          .status,
      200);
  ASSERT_THAT(jobs(), ElementsAre("unit"));
  const auto job = world_.objects("jobs")[0];
  EXPECT_EQ(label_of(job, label::kSha), "head");
  EXPECT_THAT(job["spec"]["template"]["spec"]["initContainers"][0]["args"].dump(),
              AllOf(HasSubstr("-repo=http://git/o/r"), HasSubstr("-pull=7:head")));
}

TEST_F(EventsTest, ADeliveryThatComesTwiceMakesOneJob) {
  const json body = {{"action", "opened"}, {"pull_request", pull()}, {"repository", repository()}};
  for (int i = 0; i < 2; ++i) EXPECT_EQ(send("pull_request", body).status, 200);
  EXPECT_EQ(jobs().size(), 1u);
  EXPECT_EQ(send("pull_request", body, "s", "another").status, 200);
  EXPECT_EQ(jobs().size(), 2u);
}

TEST_F(EventsTest, APushStartsWhatItsBranchHas) {
  json push = {{"ref", "refs/heads/main"}, {"after", "new"}, {"repository", repository()}};
  EXPECT_EQ(send("push", push).status, 200);
  EXPECT_THAT(jobs(), ElementsAre("publish"));
  EXPECT_EQ(label_of(world_.objects("jobs")[0], label::kSha), "new");
  push["ref"] = "refs/heads/other";
  send("push", push, "s", "d2");
  push["ref"] = "refs/heads/main";
  push["deleted"] = true;
  send("push", push, "s", "d3");
  EXPECT_EQ(jobs().size(), 1u);
}

TEST_F(EventsTest, WhatCannotBeDoneIsToBeSentAgain) {
  world_.answer("POST /repos/o/r/issues/7/labels", 500, {{"message", "oops"}});
  EXPECT_EQ(send("issue_comment", comment("/label a")).status, 502);
}

TEST_F(EventsTest, BodiesThatCannotBe) {
  EXPECT_EQ(send("issue_comment", json("no JSON")).status, 400);
  EXPECT_EQ(send("issue_comment", json::object()).status, 200) << "not one that was created";
  EXPECT_EQ(send("issue_comment", {{"action", "created"}}).status, 400);
  EXPECT_EQ(send("", json::object()).status, 400);
  EXPECT_EQ(send("watch", json::object()).status, 200);
}

}  // namespace
}  // namespace ci
