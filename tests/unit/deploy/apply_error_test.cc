// deploy/apply_error.cc: messages of the API of Kubernetes 1.34, with places, what to write, and without what
// a Secret holds.
#include "deploy/apply_error.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

Object read(const std::string& text) { return read_manifest({"deploy/m.yaml", text})[0]; }

Error error_of(const Object& object, int code, const std::string& message,
               std::vector<ApiStatus::Cause> causes = {}) {
  return apply_error(
      object,
      ApiError("", {.code = code, .reason = "", .message = message, .causes = std::move(causes)}, kDeploy));
}

const char* const kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: \"2\"\n  replica: 1\n  "
    "template:\n    spec:\n      containers:\n      - name: web\n        env:\n        - {name: A, value: "
    "yes}\n        - {name: A, value: b}\n";
const std::string kTyped = "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ";

TEST(ApplyErrorTest, EachProblemHasItsPlace) {
  const auto error = error_of(
      read(kDeployment), 500,
      kTyped +
          "errors:\n  .spec.replicas: expected numeric (int or float), got "
          "&value.valueUnstructured{Value:\"2\"}\n  .spec.replica: field not declared in schema\n"
          "  .spec.template.spec.containers[name=\"web\"].env: duplicate entries for key [name=\"A\"]");
  EXPECT_STREQ(error.what(),
               "cannot apply Deployment web: deploy/m.yaml:5:13: spec.replicas: a number is expected");
  EXPECT_EQ(error.details.output_tail,
            "deploy/m.yaml:6:12: spec.replica: Deployment has no such field there\n"
            "deploy/m.yaml:13:11: spec.template.spec.containers[name=\"web\"].env[name=\"A\"]: there are two "
            "entries for [name=\"A\"]");
  EXPECT_EQ(error.details.hint, "write the number without quotes");
  EXPECT_EQ(error.details.exit_code, kDeploy);
}

TEST(ApplyErrorTest, WhatToWriteIsWhatIsWritten) {
  const auto error = error_of(read(kDeployment), 500,
                              kTyped +
                                  ".spec.template.spec.containers[name=\"web\"].env[name=\"A\"].value: "
                                  "expected string, got &value.valueUnstructured{Value:true}");
  EXPECT_THAT(error.what(), HasSubstr("deploy/m.yaml:12:28: "));
  EXPECT_EQ(error.details.hint, "write value: \"yes\"");
}

TEST(ApplyErrorTest, CausesOfValidationToo) {
  const auto error =
      error_of(read(kDeployment), 422, "Deployment.apps \"web\" is invalid: [...]",
               {{"FieldValueRequired", "spec.template.spec.containers[0].image", "Required value"},
                {"FieldValueInvalid", "<nil>", "odd"}});
  EXPECT_STREQ(error.what(),
               "cannot apply Deployment web: deploy/m.yaml:10:9: spec.template.spec.containers[0].image: "
               "Required value");
  EXPECT_EQ(error.details.output_tail, "deploy/m.yaml:1:1: odd");
}

TEST(ApplyErrorTest, OfWhatWasRenderedTheSourceIsNamed) {
  const auto object = read_manifest({"out.yaml", kDeployment, "helm charts/web"})[0];
  EXPECT_STREQ(error_of(object, 422, "",
                        {{"FieldValueRequired", "spec.template.spec.containers[0].image", "Required value"}})
                   .what(),
               "cannot apply helm charts/web: Deployment default/web: "
               "spec.template.spec.containers[0].image: Required value");
  EXPECT_EQ(title_of(object), "helm charts/web: Deployment default/web");
}

TEST(ApplyErrorTest, WhatIsNotServedYetIsApplied) {
  const auto service =
      read("apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.example.com}\n");
  const auto error = apply_error(
      service,
      ApiError("", {.code = 503, .reason = kNotServed, .message = "no addresses", .causes = {}}, kDeploy));
  EXPECT_STREQ(error.what(), "APIService v1.example.com (deploy/m.yaml:1:1) is not served yet: no addresses");
  EXPECT_THAT(error.details.hint, HasSubstr("a pod of its Service must be ready"));
}

TEST(ApplyErrorTest, WhatIsTooLargeSaysItsSize) {
  const auto object = read("{apiVersion: v1, kind: ConfigMap, metadata: {name: big}, data: {a: " +
                           std::string(1'600'000, 'x') + "}}");
  for (const auto& [code, message] : {std::pair{413, "Request entity too large: limit is 3145728"},
                                      {500, "etcdserver: request is too large"}}) {
    EXPECT_STREQ(error_of(object, code, message).what(),
                 "cannot apply ConfigMap big (deploy/m.yaml:1:1): it is too large: 1.6 MB as JSON");
  }
}

TEST(ApplyErrorTest, SecretsAreHiddenAsWholeValues) {
  const auto secret = read(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: valid, b: hunter2, c: "
      "\"line\\n2\", d: hunter2-more, n: 12}\ndata: {e: Z2VoZWlt}\n");
  const auto hidden = without_values(
      secret, "invalid: valid is not hunter2, hunter2-more, \"line\\n2\", Z2VoZWlt or geheim; 12 of 120");
  EXPECT_EQ(
      hidden,
      "invalid: (hidden) is not (hidden), (hidden), \"(hidden)\", (hidden) or (hidden); (hidden) of 120");
  EXPECT_EQ(without_values(read(kDeployment), "web"), "web");
  const auto error = error_of(secret, 500,
                              "failed to create typed patch object (default/s; /v1, Kind=Secret): "
                              ".stringData.n: expected string, got &value.valueInt{Value:12}");
  EXPECT_THAT(std::string(error.what()) + error.details.hint, Not(HasSubstr("12")));
}

}  // namespace
}  // namespace harness
