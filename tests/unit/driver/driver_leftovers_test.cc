// What tests leave behind in the cluster: found, refused, removed.
#include <gmock/gmock.h>

#include "driver/driver.h"
#include "support/kubeconfig.h"
#include "support/processes.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverLeftoversTest : public DriverTest {
 protected:
  DriverLeftoversTest() {
    write_instance();
    write_project("tests: [{name: TestOne, command: '[ -e pass ]'}]\n");
    api_["GET /api"] = R"({"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [
        {"resource": "namespaces", "responseKind": {"kind": "Namespace"}, "verbs": ["list", "delete"]},
        {"resource": "pods", "responseKind": {"kind": "Pod"}, "verbs": ["list", "delete"]},
        {"resource": "bindings", "responseKind": {"kind": "Binding"}, "verbs": ["create"]}]}]}]})";
  }
  /// A namespace `tmp` with a pod in it, and a pod in `default` that belongs to another object.
  void leave(const std::string& query, const std::string& more_labels = "") {
    api_["GET /api/v1/namespaces" + query] =
        R"({"items": [{"metadata": {"name": "tmp", "labels": {"test.harness/run": "1", "test.harness/name": "TestOne.Works")" +
        more_labels + R"(}}}]})";
    api_["GET /api/v1/pods" + query] =
        R"({"items": [{"metadata": {"name": "p", "namespace": "tmp"}}, {"metadata": {"name": "q", "namespace": "default", "ownerReferences": []}},
                                                      {"metadata": {"name": "r", "namespace": "default", "labels": {"test.harness/name": "TestTwo"}}}]})";
    for (const char* path : {"namespaces/tmp", "namespaces/default/pods/r"})
      api_[std::string("GET /api/v1/") + path] = "{}";
  }
  /// A harness that was killed in the tests.
  void was_killed() { project_.write(".harness/default/running.json", "{}"); }
};

constexpr const char* kAnyRun = "?labelSelector=test.harness%2Frun";

TEST_F(DriverLeftoversTest, ARunAfterOneThatWasKilledRefusesThem) {
  leave(kAnyRun);
  was_killed();
  project_.write("pass", "");
  for (int i = 0; i < 2; ++i) {
    const auto end = run({"-no-setup", "-all"});
    EXPECT_EQ(end.code, 3);
    EXPECT_THAT(end.err,
                AllOf(HasSubstr("an earlier run left things behind that tests could meet\n  | Namespace tmp "
                                "of TestOne.Works\n  | Pod default/r of TestTwo\n  hint: "),
                      HasSubstr(" -clear=ALL removes them")));
    EXPECT_THAT(file(".harness/default/artifacts/tap.txt"),
                HasSubstr("# SKIP not run: an earlier run left things behind"));
  }
}

TEST_F(DriverLeftoversTest, ClearRemovesThem) {
  leave(kAnyRun);
  was_killed();
  project_.write("pass", "");
  const auto end = run({"-no-setup", "-clear=ALL", "-all"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("Namespace tmp of TestOne.Works\nPod default/r of TestTwo\n"));
  EXPECT_FALSE(api_.count("GET /api/v1/namespaces/tmp") ||
               api_.count("GET /api/v1/namespaces/default/pods/r"));
}

TEST_F(DriverLeftoversTest, ClearOfOneNamespace) {
  leave(kAnyRun);
  EXPECT_EQ(run({"-clear=tmp"}).code, 0);
  EXPECT_FALSE(api_.count("GET /api/v1/namespaces/tmp"));
  EXPECT_TRUE(api_.count("GET /api/v1/namespaces/default/pods/r"));
  const auto end = run({"-clear=kube-system"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("-clear: no test left anything behind in namespace kube-system"));
}

TEST_F(DriverLeftoversTest, ClearOfOneNamespaceSaysNothingOfTheOthers) {
  leave(kAnyRun);
  was_killed();
  project_.write("pass", "");
  EXPECT_EQ(run({"-clear=tmp"}).code, 0);
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 3) << "what was left in default is still there";
}

TEST_F(DriverLeftoversTest, WhatWasKeptIsNoReasonToRefuse) {
  leave(kAnyRun, R"(, "test.harness/kept": "true")");
  api_.erase(std::string("GET /api/v1/pods") + kAnyRun);
  was_killed();
  project_.write("pass", "");
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(project_ / ".harness/default/running.json"));
}

TEST_F(DriverLeftoversTest, AClusterThatDoesNotAnswer) {
  project_.write(".harness/default/kubeconfig", kubeconfig_of({{"server", "http://" + env_["FAKE_API_HOST"]}},
                                                              {{"exec", {{"command", "login"}}}}));
  project_.write("bin/kubectl", "#!/bin/sh\nexit 1\n", 0755);
  env_["PATH"] = (project_ / "bin").string() + ":" + env_["PATH"];
  const auto end = run({"-clear=ALL"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("the cluster's API does not answer"));
}

}  // namespace
