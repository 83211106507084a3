// cluster/api_error.cc: what the API's refusals mean; messages as Kubernetes 1.34 gives them.
#include "cluster/api_error.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

bool passes(int code, const std::string& message) {
  return may_pass({.code = code, .reason = "", .message = message, .causes = {}});
}

TEST(ApiErrorTest, AStatusHasItsCauses) {
  const auto status = read_status(
      422,
      R"({"kind": "Status", "reason": "Invalid", "message": "Service \"a\" is invalid", "details": {"causes": [{"reason": "FieldValueRequired", "field": "spec.ports", "message": "Required value"}, 7]}})");
  EXPECT_EQ(status.reason, "Invalid");
  ASSERT_EQ(status.causes.size(), 2u);
  EXPECT_EQ(status.causes[0].field, "spec.ports");
  EXPECT_EQ(status.causes[1].field, "");
}

TEST(ApiErrorTest, WhatIsNoStatusIsShownAsItIs) {
  for (const char* body : {"", "404 page not found\n", "[1]", "{\"message\": 7}", "\xff"})
    EXPECT_NE(read_status(502, body).message.find("status 502"), std::string::npos) << body;
}

TEST(ApiErrorTest, WhatIsNotThereYetMayPass) {
  EXPECT_TRUE(passes(404, "404 page not found"));
  EXPECT_TRUE(passes(404, "namespaces \"a\" not found"));
  EXPECT_TRUE(
      passes(409, "Operation cannot be fulfilled on things.example.com \"a\": the object has been modified"));
  EXPECT_TRUE(passes(429, "storage is (re)initializing"));
  EXPECT_TRUE(
      passes(500,
             "Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook: "
             "Post \"https://hook.default.svc:443/\": no endpoints available for service \"hook\""));
  EXPECT_TRUE(
      passes(500,
             "conversion webhook for example.com/v1, Kind=Thing failed: Post "
             "\"https://hook.default.svc:443/\": dial tcp 10.96.0.7:443: connect: connection refused"));
  EXPECT_TRUE(passes(500, "etcdserver: leader changed"));
  EXPECT_TRUE(passes(503, "the server is currently unable to handle the request"));
  EXPECT_TRUE(passes(
      403,
      "pods \"a\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1"));
  EXPECT_TRUE(passes(403,
                     "pods \"a\" is forbidden: error looking up service account default/default: "
                     "serviceaccount \"default\" not found"));
  EXPECT_TRUE(passes(403, "pods \"a\" is forbidden: status unknown for quota: small, resources: pods"));
}

TEST(ApiErrorTest, WhatIsWrongStaysWrong) {
  EXPECT_FALSE(passes(400, "Deployment in version \"v1\" cannot be handled as a Deployment"));
  EXPECT_FALSE(passes(401, "Unauthorized"));
  EXPECT_FALSE(
      passes(403, "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": privileged"));
  EXPECT_FALSE(passes(403, "admission webhook \"v.example.com\" denied the request: no"));
  EXPECT_FALSE(
      passes(403, "deployments.apps is forbidden: User \"x\" cannot patch resource \"deployments\""));
  EXPECT_FALSE(passes(413, "Request entity too large: limit is 3145728"));
  EXPECT_FALSE(passes(422, "Deployment.apps \"a\" is invalid: spec.selector: field is immutable"));
  EXPECT_FALSE(
      passes(500,
             "failed to create typed patch object (default/a; apps/v1, Kind=Deployment): .spec.replicas: "
             "expected numeric (int or float), got &value.valueUnstructured{Value:\"1\"}"));
  EXPECT_FALSE(passes(500, "etcdserver: request is too large"));
}

}  // namespace
}  // namespace harness
