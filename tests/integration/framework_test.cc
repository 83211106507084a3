// tests/framework on a real cluster: what its unit tests can only imitate.
#include <gmock/gmock.h>

#include "framework/about.h"
#include "framework/environment.h"
#include "framework/http.h"
#include "framework/jobs.h"
#include "framework/pod.h"
#include "framework/port_forward.h"
#include "framework/test_namespace.h"
#include "framework/wait.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::cluster;
using test::Ref;
using testing::HasSubstr;

class TestFramework : public testing::Test {
 protected:
  /// A Deployment and a Service that are called web, of a fake git server.
  Ref deploy(const std::string& image) const {
    const json labels = {{"app", "web"}};
    const json metadata = {{"name", "web"}, {"namespace", namespace_.name()}};
    const json container = {
        {"name", "web"},
        {"image", image},
        {"args", {"-address=0.0.0.0"}},
        {"readinessProbe", {{"httpGet", {{"path", "/healthz"}, {"port", 8888}}}, {"periodSeconds", 1}}}};
    cluster().apply({{"apiVersion", "v1"},
                     {"kind", "Service"},
                     {"metadata", metadata},
                     {"spec", {{"selector", labels}, {"ports", {{{"port", 80}, {"targetPort", 8888}}}}}}});
    return cluster().apply(
        {{"apiVersion", "apps/v1"},
         {"kind", "Deployment"},
         {"metadata", metadata},
         {"spec",
          {{"selector", {{"matchLabels", labels}}},
           {"template",
            {{"metadata", {{"labels", labels}}},
             {"spec", {{"terminationGracePeriodSeconds", 1}, {"containers", json::array({container})}}}}}}}});
  }
  std::string message_of(const std::function<void()>& waits) const {
    try {
      waits();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "nothing was thrown";
  }

  const test::TestNamespace namespace_;
  const std::string nowhere_ = "localhost:5001/not-there:latest";
};

INTEGRATION_TEST_F(TestFramework, ADeploymentIsReached, .labels = {"slow"}) {
  const Ref web = deploy(test::image("fakegitserver"));
  test::wait_until_deployment_complete(web);
  const auto pods = cluster().list({.kind = "Pod", .name_space = namespace_.name()}, "app=web");
  ASSERT_EQ(pods.size(), 1u);
  const Ref pod = test::ref_of(pods[0]);
  EXPECT_EQ(test::exec(pod, "web", {"cat"}, "through").out, "through");
  EXPECT_EQ(test::exec(pod, "web", {"false"}).exit_code, 1);
  const test::PortForward forward({.kind = "Service", .name_space = namespace_.name(), .name = "web"}, 80);
  EXPECT_EQ(test::http({.url = forward.url() + "/healthz"}).status, 200);
}

INTEGRATION_TEST_F(TestFramework, ABrokenVersionFailsAtOnceAndIsMended, .labels = {"slow"}) {
  const Ref web = deploy(nowhere_);
  EXPECT_THAT(
      message_of([&] { test::wait_until_deployment_complete(web, 300s); }),
      testing::AllOf(HasSubstr("Deployment " + namespace_.name() + "/web cannot be complete: Pod "),
                     HasSubstr("cannot start: web: "), HasSubstr("events:\n"), HasSubstr("not-there")));
  deploy(test::image("fakegitserver"));
  test::wait_until_deployment_complete(web);
}

INTEGRATION_TEST_F(TestFramework, JobsEndOrCannotStart, .labels = {"slow"}) {
  const test::CiJob passes("passes", {.repo = "o/r", .sha = "0", .name_space = namespace_.name()}),
      fails("fails", {.repo = "o/r", .sha = "0", .command = {"false"}, .name_space = namespace_.name()});
  EXPECT_EQ(test::wait_until_job_done(passes.ref()), "Succeeded");
  EXPECT_EQ(test::wait_until_job_done(fails.ref()), "Failed");
  const test::Pod pod("nowhere", {{"containers", {{{"name", "c"}, {"image", nowhere_}}}}}, namespace_.name());
  EXPECT_THAT(message_of([&] { test::wait_until_pod_ready(pod.ref(), 300s); }),
              HasSubstr("cannot start: c: "));
}

INTEGRATION_TEST_F(TestFramework, WhatTheApiRefusesIsSaid, .labels = {"slow"}) {
  const auto name = namespace_.name();
  EXPECT_TRUE(cluster().get({.kind = "ConfigMap", .name_space = name, .name = "none"}).is_null());
  EXPECT_THAT(message_of([&] {
                cluster().apply({{"apiVersion", "v1"},
                                 {"kind", "ConfigMap"},
                                 {"metadata", {{"name", "c"}, {"namespace", name}}},
                                 {"dta", json::object()}});
              }),
              testing::AllOf(HasSubstr("PATCH /api/v1/namespaces/" + name + "/configmaps/c"),
                             HasSubstr("HTTP "), HasSubstr("dta")));
  EXPECT_EQ(message_of([&] { cluster().get({.kind = "Pood"}); }), "the cluster knows no Pood of v1");
}

}  // namespace
