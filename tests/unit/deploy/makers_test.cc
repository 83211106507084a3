// deploy/trouble/makers.cc: what a pod misses and another one may make.
#include "deploy/trouble/makers.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace harness {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using Json = nlohmann::json;
using std::chrono::seconds;

class MakersTest : public testing::Test {
 protected:
  MakersTest() {
    scene_.pods = {pod("server", "none", false)};
    scene_.pods[0]["spec"]["volumes"] = {{{"name", "v"}, {"secret", {{"secretName", "certs"}}}}};
    scene_.pods[0]["status"]["phase"] = "Pending";
    scene_.events = {{{"involvedObject", {{"uid", "server"}}},
                      {"reason", "FailedMount"},
                      {"message", "MountVolume.SetUp failed for volume \"v\" : secret \"certs\" not found"}}};
    scene_.get = [this](const std::string& path) {
      return path == "/api/v1/pods" ? Json{{"items", pods_}} : Json();
    };
    scene_.ask = [this](const std::string&, const Json& body) {
      asked_ = body["spec"];
      return Json{{"status", {{"allowed", body["spec"]["user"] == "system:serviceaccount:ns:operator"}}}};
    };
    pods_ = {scene_.pods[0]};
  }
  static Json pod(const char* name, const char* account, bool ready) {
    return {{"metadata", {{"name", name}, {"namespace", "ns"}, {"uid", name}}},
            {"spec", {{"serviceAccountName", account}}},
            {"status", {{"conditions", {{{"type", "Ready"}, {"status", ready ? "True" : "False"}}}}}}};
  }
  Diagnosis found() { return diagnose(scene_).at(0); }

  Scene scene_;
  std::vector<Json> pods_;
  Json asked_;
};

const std::string kCause = "pod server: a volume needs the Secret certs, which is not there";

TEST_F(MakersTest, NobodyMayMakeIt) {
  pods_.push_back(pod("other", "reader", false));
  EXPECT_EQ(found().cause, kCause);
  EXPECT_LE(found().must_last, seconds(5));
  EXPECT_FALSE(found().may_pass);
  EXPECT_EQ(asked_["resourceAttributes"],
            (Json{{"verb", "create"}, {"group", ""}, {"resource", "secrets"}, {"namespace", "ns"}}));
}

TEST_F(MakersTest, WhatStartsMayMakeIt) {
  pods_.push_back(pod("op", "operator", false));
  EXPECT_EQ(found().cause, kCause + " yet: pod ns/op, which starts, may make it");
  EXPECT_TRUE(found().may_pass);
}

TEST_F(MakersTest, WhatIsReadyHasHadItsChanceSoon) {
  pods_.push_back(pod("op", "operator", true));
  EXPECT_EQ(found().cause, kCause);
  EXPECT_THAT(found().evidence, EndsWith("pod ns/op may make it, and has not"));
  EXPECT_GE(found().must_last, seconds(10));
  pods_.push_back(pod("second", "operator", false));
  EXPECT_THAT(found().cause, HasSubstr("pod ns/second"));
}

TEST_F(MakersTest, WhatNeedsItItselfDoesNotMakeIt) {
  auto twin = scene_.pods[0];
  twin["metadata"]["name"] = "twin";
  twin["spec"]["serviceAccountName"] = "operator";
  pods_.push_back(twin);
  EXPECT_FALSE(found().may_pass);
  pods_[1]["spec"]["volumes"][0]["secret"]["optional"] = true;
  EXPECT_TRUE(found().may_pass);
}

TEST_F(MakersTest, WhoMayNotLookIsToldAllTheSame) {
  scene_.get = [](const std::string& path) -> Json {
    if (path == "/api/v1/pods") throw Error("forbidden", {.exit_code = kDeploy});
    return Json();
  };
  EXPECT_EQ(found().cause, kCause);
}

}  // namespace
}  // namespace harness
