#include <gmock/gmock.h>

#include "framework/about.h"
#include "framework/environment.h"
#include "framework/jobs.h"
#include "framework/pod.h"
#include "framework/step.h"
#include "framework/test_namespace.h"
#include "framework/wait.h"

namespace {

using nlohmann::json;
using test::CiJob;
using test::cluster;
using test::Ref;
using test::unique_name;

/// A namespace with a sinker of the test's own: the one that is deployed waits an hour.
class TestSinker : public testing::Test {
 protected:
  TestSinker() {
    apply("v1", "ServiceAccount", {});
    apply(
        "rbac.authorization.k8s.io/v1", "Role",
        {{"rules",
          {{{"apiGroups", {"", "batch"}}, {"resources", {"jobs", "pods"}}, {"verbs", {"list", "delete"}}}}}});
    apply(
        "rbac.authorization.k8s.io/v1", "RoleBinding",
        {{"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "sinker"}}},
         {"subjects", {{{"kind", "ServiceAccount"}, {"name", "sinker"}, {"namespace", namespace_.name()}}}}});
    sinker_.emplace(
        "sinker",
        json{{"serviceAccountName", "sinker"},
             {"containers",
              {{{"name", "sinker"},
                {"image", test::image("sinker")},
                {"args", {"-job-namespace=" + namespace_.name(), "-interval=1", "-max-job-age=1"}}}}}},
        namespace_.name());
  }

  /// Makes the object that is called sinker.
  void apply(const std::string& api_version, const std::string& kind, json object) const {
    object["apiVersion"] = api_version;
    object["kind"] = kind;
    object["metadata"] = {{"name", "sinker"}, {"namespace", namespace_.name()}};
    cluster().apply(object);
  }
  CiJob::Spec spec(const std::vector<std::string>& command, const std::string& reported) const {
    return {.repo = "o/r",
            .sha = "0",
            .command = command,
            .annotations = {{"ci.harness/reported", reported}},
            .name_space = namespace_.name()};
  }

  const test::TestNamespace namespace_;
  std::optional<test::Pod> sinker_;
};

INTEGRATION_TEST_F(TestSinker, DeletesJobsThatEndedAndPodsThatLostTheirs, .labels = {"slow"}) {
  const CiJob old(unique_name("old"), spec({"true"}, "success")),
      runs(unique_name("runs"), spec({"sleep", "600"}, "pending"));
  const Ref orphan = cluster().apply(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata",
        {{"name", "orphan"}, {"namespace", namespace_.name()}, {"labels", {{"ci.harness/managed", "true"}}}}},
       {"spec",
        {{"terminationGracePeriodSeconds", 1},
         {"containers",
          {{{"name", "c"}, {"image", test::image("debian-git")}, {"command", {"sleep", "600"}}}}}}}});
  test::step("the job that ended is deleted");
  test::wait_until_gone(old.ref());
  test::step("the pod without a job is deleted");
  test::wait_until_gone(orphan);
  EXPECT_FALSE(cluster().get(runs.ref()).is_null());
  EXPECT_EQ(
      cluster().list({.kind = "Pod", .name_space = namespace_.name()}, "job-name=" + runs.name()).size(), 1u);
}

}  // namespace
