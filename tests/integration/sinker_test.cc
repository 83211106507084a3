#include <gmock/gmock.h>

#include <memory>

#include "framework/about.h"
#include "framework/environment.h"
#include "framework/eventually.h"
#include "framework/jobs.h"
#include "framework/kubectl.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::CiJob;
using test::kubectl;

/// A namespace with a sinker of the test's own: the one that is deployed waits an hour.
class TestSinker : public testing::Test {
 protected:
  TestSinker() {
    kubectl({"create", "namespace", name_space_});
    kubectl({"create", "role", "sinker", "--namespace=" + name_space_, "--verb=list,delete",
             "--resource=jobs,pods"});
    kubectl({"create", "rolebinding", "sinker", "--namespace=" + name_space_, "--role=sinker",
             "--serviceaccount=default:sinker"});
    sinker_ = std::make_unique<test::Pod>(
        test::unique_name("sinker"),
        json{{"serviceAccountName", "sinker"},
             {"containers",
              {{{"name", "sinker"},
                {"image", test::image("sinker")},
                {"args", {"-job-namespace=" + name_space_, "-interval=1", "-max-job-age=1"}}}}}});
  }
  ~TestSinker() override { kubectl({"delete", "namespace", name_space_, "--wait=false"}); }

  std::string names(const std::string& resource) const {
    return kubectl({"get", resource, "--namespace=" + name_space_, "--output=name"});
  }
  void wait_until_gone(const std::string& resource, const std::string& name) const {
    test::eventually(90s, [&](std::string& seen) {
      seen = names(resource);
      return seen.find("/" + name) == std::string::npos;
    });
  }
  CiJob::Spec spec(const std::vector<std::string>& command, const std::string& reported) const {
    return {.repo = "o/r",
            .sha = "0",
            .command = command,
            .annotations = {{"ci.harness/reported", reported}},
            .name_space = name_space_};
  }

  const std::string name_space_ = test::unique_name();
  std::unique_ptr<test::Pod> sinker_;
};

INTEGRATION_TEST_F(TestSinker, DeletesJobsThatEndedAndPodsThatLostTheirs, .labels = {"slow"}) {
  const CiJob old(test::unique_name("old"), spec({"true"}, "success")),
      runs(test::unique_name("runs"), spec({"sleep", "600"}, "pending"));
  const json orphan = {
      {"apiVersion", "v1"},
      {"kind", "Pod"},
      {"metadata",
       {{"name", "orphan"}, {"namespace", name_space_}, {"labels", {{"ci.harness/managed", "true"}}}}},
      {"spec",
       {{"terminationGracePeriodSeconds", 1},
        {"containers",
         {{{"name", "c"}, {"image", test::image("debian-git")}, {"command", {"sleep", "600"}}}}}}}};
  kubectl({"create", "-f", "-"}, orphan.dump());
  test::step("the job that ended is deleted");
  wait_until_gone("jobs", old.name());
  test::step("the pod without a job is deleted");
  wait_until_gone("pods", "orphan");
  EXPECT_THAT(names("jobs"), testing::HasSubstr(runs.name()));
  EXPECT_THAT(names("pods"), testing::HasSubstr(runs.name()));
}

}  // namespace
