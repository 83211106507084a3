// framework/cluster.h and the labels of framework/environment.h.
#include "framework/cluster.h"

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "fake_api.h"
#include "framework/environment.h"
#include "framework/eventually.h"
#include "this_program.h"

using namespace std::chrono_literals;
using nlohmann::json;
using test::cluster;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const test::Ref kWeb{.api_version = "apps/v1", .kind = "Deployment", .name_space = "a", .name = "web"};
constexpr const char* kPath = "/apis/apps/v1/namespaces/a/deployments/web";

json deployment(const json& spec = json::object()) {
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata", {{"name", "web"}, {"namespace", "a"}}},
          {"spec", spec}};
}

test::Cluster::TimePoint in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

class ClusterTest : public testing::Test {
 protected:
  ClusterTest() { api_.reset(); }
  FakeApi& api_ = FakeApi::get();
};

TEST_F(ClusterTest, ObjectsAreAppliedReadListedAndDeleted) {
  EXPECT_TRUE(cluster().get(kWeb).is_null());
  EXPECT_EQ(test::to_string(cluster().apply(deployment({{"replicas", 2}}))), "Deployment a/web");
  const auto request = api_.server().requests().back();
  EXPECT_EQ(request.target, std::string(kPath) + "?fieldManager=harness-test&force=true");
  EXPECT_EQ(request.headers.at("content-type"), "application/apply-patch+yaml");
  EXPECT_EQ(request.headers.at("host"), "localhost");
  EXPECT_EQ(cluster().get(kWeb).at("spec").at("replicas"), 2);
  const test::Ref all{.api_version = "apps/v1", .kind = "Deployment", .name_space = "a"};
  EXPECT_EQ(cluster().list(all, "app=web").size(), 1u);
  EXPECT_THAT(api_.server().requests().back().target, HasSubstr("?labelSelector=app%3Dweb"));
  cluster().remove(kWeb);
  EXPECT_THAT(api_.server().requests().back().body, HasSubstr(R"("propagationPolicy":"Background")"));
  cluster().remove(kWeb);
  EXPECT_THAT(cluster().list(all), IsEmpty());
  EXPECT_THROW(cluster().remove(all), std::logic_error) << "all of a kind would be gone";
}

TEST_F(ClusterTest, WhatATestMakesIsLabelled) {
  auto object = deployment();
  object["metadata"]["labels"] = {{"app", "web"}};
  cluster().apply(object);
  const json labels = {{"app", "web"},
                       {"test.harness/run", "run-7"},
                       {"test.harness/name", "ClusterTest.WhatATestMakesIsLabelled"}};
  EXPECT_EQ(api_.object(kPath).at("metadata").at("labels"), labels);
}

TEST_F(ClusterTest, WhatTheApiRefusesIsSaid) {
  api_.refuse(std::string("PATCH ") + kPath, 422, "spec.x: unknown field");
  api_.refuse(std::string("GET ") + kPath, 403, "you may not");
  api_.refuse(std::string("DELETE ") + kPath, 500, "no");
  EXPECT_EQ(message_of([] { cluster().apply(deployment()); }),
            std::string("PATCH ") + kPath +
                "?fieldManager=harness-test&force=true: HTTP 422: spec.x: unknown field");
  EXPECT_EQ(message_of([] { cluster().get(kWeb); }), std::string("GET ") + kPath + ": HTTP 403: you may not");
  EXPECT_EQ(message_of([] { cluster().remove(kWeb); }), std::string("DELETE ") + kPath + ": HTTP 500: no");
  EXPECT_EQ(message_of([] { cluster().get({.kind = "Pood"}); }), "the cluster knows no Pood of v1");
}

TEST_F(ClusterTest, PathsFollowTheKind) {
  EXPECT_EQ(cluster().path({.kind = "Namespace", .name = "a"}), "/api/v1/namespaces/a");
  EXPECT_EQ(cluster().path({.kind = "Pod", .name_space = "a"}), "/api/v1/namespaces/a/pods");
  EXPECT_EQ(cluster().path({.kind = "Pod", .name_space = ""}), "/api/v1/pods");
}

TEST_F(ClusterTest, AWatchThatTheServerEndsGoesOnWithoutAGap) {
  api_.put(kPath, deployment());
  std::vector<std::string> seen;
  const auto on_event = [&](const std::string& type, const json& object) {
    seen.push_back(type + (object.is_null() ? "" : object.at("spec").dump()));
    if (type == "LISTED" && object.is_null()) {
      api_.put(kPath, deployment(1));
      api_.put("/apis/apps/v1/namespaces/a/deployments/other", deployment("other"));
    }
    if (seen.back() == "MODIFIED1") {
      api_.end_watches();
      api_.put(kPath, deployment(2));
    }
    if (seen.back() == "MODIFIED2") api_.erase(kPath);
    return type == "DELETED";
  };
  EXPECT_TRUE(cluster().watch(kWeb, "", in(30s), on_event));
  EXPECT_THAT(seen, ElementsAre("LISTED{}", "LISTED", "MODIFIED1", "MODIFIED2", "DELETED2"));
}

TEST_F(ClusterTest, AfterAGapAllIsGivenAgain) {
  api_.put(kPath, deployment(1));
  std::vector<std::string> seen;
  EXPECT_TRUE(cluster().watch(kWeb, "", in(30s), [&](const std::string& type, const json& object) {
    seen.push_back(type + (object.is_null() ? "" : object.at("spec").dump()));
    if (seen.size() == 2) api_.put_in_a_gap(kPath, deployment(2));  // after the list
    return seen.size() == 4;
  }));
  EXPECT_THAT(seen, ElementsAre("LISTED1", "LISTED", "LISTED2", "LISTED"));
}

TEST_F(ClusterTest, AWatchEndsAtItsDeadlineOrWhenItIsStopped) {
  const auto nothing = [](const std::string&, const json&) { return false; };
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(cluster().watch(kWeb, "", in(200ms), nothing));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  std::stop_source stop;
  const auto watches = api_.watches();
  const std::jthread stopper([&] {
    test::eventually(30s, [&](std::string&) { return api_.watches() > watches; });
    stop.request_stop();
  });
  EXPECT_FALSE(cluster().watch(kWeb, "", in(60s), nothing, stop.get_token()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_F(ClusterTest, WhatThrowsEndsAWatch) {
  EXPECT_EQ(message_of([&] {
              cluster().watch(kWeb, "", in(30s), [&](const std::string& type, const json&) -> bool {
                if (type != "LISTED") throw std::runtime_error("enough of " + type);
                api_.put(kPath, deployment());
                return false;
              });
            }),
            "enough of ADDED");
}

TEST_F(ClusterTest, TheSocketMayComeLater) {
  const test::TempDir dir;
  const auto late = dir.path() / "late";
  const std::jthread link([&] {
    std::this_thread::sleep_for(100ms);
    std::filesystem::create_symlink(api_.socket(), late);
  });
  EXPECT_TRUE(test::Cluster(late.string()).get(kWeb).is_null());
}

/// Run by the test below alone, in a process of its own.
TEST(ByHand, DISABLED_Asks) { EXPECT_TRUE(cluster().get(kWeb).is_null()); }

TEST_F(ClusterTest, ATestThatIsRunByHandHasItsOwnProxy) {
  const test::TempDir dir;
  std::filesystem::create_directory(dir.path() / "bin");
  const auto kubectl = dir.path() / "bin/kubectl";
  std::ofstream(kubectl) << "#!/bin/sh\necho \"$1 $2 $3\" > " << (dir.path() / "calls").string() << "\nln -s "
                         << api_.socket()
                         << " \"${4#--unix-socket=}\"\necho Starting to serve on x\nexec sleep 600\n";
  std::filesystem::permissions(kubectl, std::filesystem::perms::owner_all);
  const auto result =
      run_disabled("ByHand.DISABLED_Asks", {{"HARNESS_API", ""},
                                            {"KUBECONFIG", "/a/kubeconfig"},
                                            {"PATH", (dir.path() / "bin").string() + ":/usr/bin:/bin"}});
  EXPECT_TRUE(result.ok()) << result;
  std::string calls;
  std::getline(std::ifstream(dir.path() / "calls"), calls);
  EXPECT_EQ(calls, "--kubeconfig /a/kubeconfig proxy");
}

TEST(LabelsTest, AnyTextIsMadeFit) {
  EXPECT_EQ(test::label_value("TestDeck.Filters_1-a"), "TestDeck.Filters_1-a");
  EXPECT_EQ(test::label_value("All/TestDeck.Filters/0 (slow)"), "All-TestDeck.Filters-0--slow");
  EXPECT_EQ(test::label_value("__x__"), "x");
  EXPECT_EQ(test::label_value("//"), "");
  EXPECT_EQ(test::label_value(std::string(62, 'x') + "-y"), std::string(62, 'x'));
}

}  // namespace
