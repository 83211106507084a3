#include <gmock/gmock.h>

#include "framework/about.h"
#include "framework/environment.h"
#include "framework/http.h"
#include "framework/pod.h"
#include "framework/port_forward.h"
#include "framework/step.h"
#include "framework/test_namespace.h"
#include "framework/wait.h"

namespace {

using nlohmann::json;
using test::cluster;
using test::Ref;
using testing::HasSubstr;

/// A git server in a namespace of the test's own.
class TestExample : public testing::Test {
 protected:
  Ref deploy() const {
    const json labels = {{"app", "git"}};
    const json probe = {{"httpGet", {{"path", "/healthz"}, {"port", 8888}}}, {"periodSeconds", 1}};
    const json container = {{"name", "git"},
                            {"image", test::image("fakegitserver")},
                            {"args", {"-address=0.0.0.0"}},
                            {"readinessProbe", probe}};
    return cluster().apply(
        {{"apiVersion", "apps/v1"},
         {"kind", "Deployment"},
         {"metadata", {{"name", "git"}, {"namespace", namespace_.name()}}},
         {"spec",
          {{"selector", {{"matchLabels", labels}}},
           {"template",
            {{"metadata", {{"labels", labels}}},
             {"spec", {{"terminationGracePeriodSeconds", 1}, {"containers", json::array({container})}}}}}}}});
  }

  const test::TestNamespace namespace_;
};

INTEGRATION_TEST_F(TestExample, KeepsARepository, .labels = {"slow"}, .owner = "maintainers") {
  test::step("the server is deployed");
  const Ref server = deploy();
  test::wait_until_deployment_complete(server);

  test::step("it makes a repository");
  const test::PortForward forward(server, 8888);
  const auto made =
      test::http({.method = "POST",
                  .url = forward.url() + "/setup-repo",
                  .body = json{{"name", "example"},
                               {"overwrite", false},
                               {"script", "echo hello > README; git add .; git commit -qm initial"}}
                              .dump()});
  ASSERT_EQ(made.status, 200) << made.body;

  test::step("which is there on its disk");
  const auto pods = cluster().list({.kind = "Pod", .name_space = namespace_.name()}, "app=git");
  ASSERT_EQ(pods.size(), 1u);
  const auto log =
      test::exec(test::ref_of(pods[0]), "git", {"git", "-C", "/git-repo/example.git", "log", "--format=%s"});
  EXPECT_EQ(log.out, "initial\n") << log;
}

}  // namespace
