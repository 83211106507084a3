// image/registry.cc against a registry that fails: broken connections, 5xx, full, slow, wrong.
#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "image/memory_registry.h"
#include "image/registry.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class RegistryFaultsTest : public testing::Test {
 protected:
  /// The first `times` requests of the method get `answer`.
  void fail(const std::string& method, int times, std::function<void(HttpServer::Answer&)> answer) {
    left_ = times;
    registry_.fault = [this, method, answer](const auto& request, auto& reply) {
      if (request.method != method || left_-- <= 0) return false;
      answer(reply);
      return true;
    };
  }
  RegistryClient client(std::chrono::milliseconds limit = 10s) {
    return {registry_.host(),
            {.pauses = {1ms, 1ms}, .limit = limit, .on_retry = [this](const auto& text) { said_ += text; }},
            {}};
  }
  static void break_off(HttpServer::Answer& answer) {
    answer.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhal");
  }
  static std::function<void(HttpServer::Answer&)> status(int code, const std::string& body = "") {
    return [=](auto& answer) { answer.reply(code, body); };
  }

  MemoryRegistry registry_;
  std::atomic<int> left_ = 0;
  std::string said_;
  const std::string digest_ = descriptor_of("content").digest;
};

TEST_F(RegistryFaultsTest, AConnectionThatBreaksIsTriedAgain) {
  fail("PUT", 1, [](auto&) {});  // closed before an answer
  client().push_blob("deck", digest_, "content");
  EXPECT_EQ(registry_.stored("deck/" + digest_), "content");
  EXPECT_THAT(said_,
              AllOf(StartsWith("deck: the registry at " + registry_.host() + " cannot be reached for deck: "),
                    EndsWith("; trying again\n")));
  EXPECT_EQ(registry_.count("POST"), 2u) << "an upload that broke off cannot go on";
  fail("PUT", 2, break_off);
  client().push_manifest("deck", "v1", kOciManifest, "{}");
  EXPECT_EQ(registry_.stored("deck/v1"), "{}");
  fail("GET", 2, break_off);
  EXPECT_EQ(client().blob("deck", digest_), "content");
}

TEST_F(RegistryFaultsTest, FailuresOfItsOwnAreTriedAgain) {
  for (const int code : {500, 502, 503, 429}) {
    fail("HEAD", 2, status(code));
    EXPECT_FALSE(client().has_blob("deck", digest_)) << code;
  }
}

TEST_F(RegistryFaultsTest, ItIsGivenUpInTheEnd) {
  fail("PUT", 100, status(503, "out of order"));
  const auto error = error_of([&] { client().push_blob("deck", digest_, "content"); });
  EXPECT_EQ(error.what(), "the registry at " + registry_.host() + " refused PUT for deck: status 503");
  EXPECT_EQ(error.details.output_tail, "out of order");
  EXPECT_EQ(error.details.hint, "curl http://" + registry_.host() + "/v2/ shows whether it answers");
  EXPECT_EQ(error.details.exit_code, kBuild);
  EXPECT_EQ(registry_.count("PUT"), 3u);
  EXPECT_EQ(registry_.stored("deck/" + digest_), "");
}

TEST_F(RegistryFaultsTest, ARefusalIsFinal) {
  fail("PUT", 100, status(400, "MANIFEST_INVALID"));
  error_of([&] { client().push_manifest("deck", "v1", kOciManifest, "{}"); });
  EXPECT_EQ(registry_.count("PUT"), 1u);
}

TEST_F(RegistryFaultsTest, AFullDiskIsNamedAtOnce) {
  for (
      const char* body :
      {R"({"errors":[{"code":"UNKNOWN","detail":{"DriverName":"filesystem","Enclosed":{"Op":"mkdir","Path":"/var/lib/registry","Err":28}}}]})",
       R"({"errors":[{"code":"UNKNOWN","message":"write /var/lib/registry/x: no space left on device"}]})"}) {
    fail("PUT", 100, status(500, body));
    const auto before = registry_.count("PUT");
    const auto error = error_of([&] { client().push_blob("deck", digest_, "content"); });
    EXPECT_EQ(error.what(), "the registry at " + registry_.host() + " has no disk space left for deck");
    EXPECT_THAT(error.details.hint, HasSubstr("docker system df"));
    EXPECT_EQ(registry_.count("PUT"), before + 1);
  }
}

TEST_F(RegistryFaultsTest, OnlyTheHarnessesOwnContainerIsNamed) {
  for (const std::string own : {"", "harness-registry-5050"}) {
    const RegistryClient client(registry_.host(), {.pauses = {}}, {}, [&] { return own; });
    for (const auto& [code, body] : {std::pair{500, R"({"Err":28})"}, {503, "out of order"}, {201, ""}}) {
      fail("PUT", 100, status(code, body));
      const auto error = error_of([&] { client.push_manifest("deck", "v1", kOciManifest, "{}"); });
      EXPECT_EQ(error.details.hint.find("harness-registry") != std::string::npos, !own.empty())
          << error.details.hint;
    }
  }
}

TEST_F(RegistryFaultsTest, ASlowOneIsAskedAgainAndGivenUp) {
  fail("HEAD", 1, [](auto& answer) { answer.wait_for_close(); });
  EXPECT_FALSE(client(100ms).has_blob("deck", digest_));
  EXPECT_THAT(said_, HasSubstr("no complete answer within 0.1s"));
  fail("HEAD", 100, [](auto& answer) { answer.wait_for_close(); });
  EXPECT_THAT(error_of([&] { client(20ms).has_blob("deck", digest_); }).what(),
              HasSubstr("cannot be reached for deck: http://" + registry_.host() + ": no complete answer"));
}

TEST_F(RegistryFaultsTest, WhatItStoredIsCompared) {
  fail("PUT", 100, [](auto& answer) { answer.reply(201, "", {{"Docker-Content-Digest", "sha256:00"}}); });
  const auto error = error_of([&] { client().push_manifest("deck", "v1", kOciManifest, "{}"); });
  EXPECT_EQ(error.what(), "the registry at " + registry_.host() +
                              " has the manifest v1 of deck wrongly: sha256:00 instead of " +
                              descriptor_of("{}").digest);
  EXPECT_EQ(error.details.exit_code, kBuild);
  fail("PUT", 100, status(201));  // and stores nothing
  EXPECT_THAT(error_of([&] { client().push_manifest("deck", "v1", kOciManifest, "{}"); }).what(),
              HasSubstr("wrongly: nothing instead of"));
}

TEST_F(RegistryFaultsTest, WhatItSendsIsCompared) {
  registry_.store("deck/" + digest_, "CONTENT");
  EXPECT_THAT(error_of([&] { client().blob("deck", digest_); }).what(),
              HasSubstr("has a blob of deck wrongly"));
  registry_.store_manifest("deck", "v1", "{}");
  fail("GET", 1, [](auto& answer) {
    answer.reply(200, "{", {{"Docker-Content-Digest", descriptor_of("{}").digest}});
  });
  EXPECT_EQ(client().manifest("deck", "v1")->body, "{}") << "the second time it is right";
}

TEST_F(RegistryFaultsTest, AnotherServerInItsPlaceIsNamed) {
  const std::map<std::string, std::string> html{{"Content-Type", "text/html; charset=utf-8"}};
  for (const auto* method : {"HEAD", "GET"}) {
    fail(method, 1, [&](auto& answer) { answer.reply(200, "<html>", html); });
    const auto error = error_of([&] {
      method == std::string("GET") ? void(client().manifest("deck", "v1"))
                                   : void(client().digest("deck", "v1"));
    });
    EXPECT_EQ(error.what(),
              "what answers at " + registry_.host() +
                  " is not an image registry: status 200, text/html; charset=utf-8 for the manifest "
                  "v1 of deck");
  }
  registry_.fault = [&](const auto& request, auto& answer) {
    const bool is_page = request.target == "/login";
    answer.reply(is_page ? 200 : 302, "",
                 is_page ? html : std::map<std::string, std::string>{{"Location", "/login"}});
    return true;
  };
  EXPECT_THAT(error_of([&] { client().digest("deck", "v1"); }).what(),
              HasSubstr("is not an image registry: status 200"));
  registry_.store_manifest("deck", "v1", "{}");
  fail("HEAD", 1, [](auto& answer) {
    answer.reply(200, "", {{"Docker-Content-Digest", "sha256:none"}, {"Content-Type", kOciManifest}});
  });
  EXPECT_EQ(client().digest("deck", "v1"), descriptor_of("{}").digest);
}

TEST_F(RegistryFaultsTest, AStopEndsThePause) {
  fail("HEAD", 100, status(503));
  std::stop_source stop;
  const RegistryClient patient(registry_.host(),
                               {.pauses = {1h}, .on_retry = [&](const auto&) { stop.request_stop(); }},
                               stop.get_token());
  EXPECT_THROW(patient.has_blob("deck", digest_), Cancelled);
}

}  // namespace
}  // namespace harness
