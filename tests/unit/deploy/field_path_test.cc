// deploy/field_path.cc: fields as the API's messages name them.
#include "deploy/field_path.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

const Json kBody = Json::parse(R"({
  "metadata": {"labels": {"app.kubernetes.io/name": "a", "app": {"x": 1}, "app.x": 2}},
  "data": {"config.yaml": "x", "a[0]": "y"},
  "spec": {"template": {"spec": {"containers": [
    {"name": "side", "env": []},
    {"name": "web", "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}], "env": [{"name": "A", "value": 1}, {"name": "B"}, {"name": "A", "value": 2}]}]}}}})");

std::string at(const std::string& field, bool second = false) {
  return pointer_of(kBody, field, second).to_string();
}

TEST(FieldPathTest, IndicesAndKeys) {
  EXPECT_EQ(at("spec.template.spec.containers[1].env[0].value"),
            "/spec/template/spec/containers/1/env/0/value");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="web"].env[1].name)"),
            "/spec/template/spec/containers/1/env/1/name");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="web"].env[name="A"].value)"),
            "/spec/template/spec/containers/1/env/0/value");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="web"].env[name="A"])", true),
            "/spec/template/spec/containers/1/env/2");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"])"),
            "/spec/template/spec/containers/1/ports/0");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="UDP"])"),
            "/spec/template/spec/containers/1/ports/1");
}

TEST(FieldPathTest, KeysWithDotsAndBrackets) {
  EXPECT_EQ(at("metadata.labels.app.kubernetes.io/name"), "/metadata/labels/app.kubernetes.io~1name");
  EXPECT_EQ(at("metadata.labels[app.kubernetes.io/name]"), "/metadata/labels/app.kubernetes.io~1name");
  EXPECT_EQ(at(".data.config.yaml"), "/data/config.yaml");
  EXPECT_EQ(at("data[config.yaml]"), "/data/config.yaml");
  EXPECT_EQ(at("metadata.labels.app.x"), "/metadata/labels/app.x");
}

TEST(FieldPathTest, WhatIsNotThereEndsWhereItWouldBe) {
  EXPECT_EQ(at("spec.replicas"), "/spec");
  EXPECT_EQ(at("spec.template.spec.containers[7].image"), "/spec/template/spec/containers");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="nobody"].image)"), "/spec/template/spec/containers");
  for (const char* odd : {"", ".", "[", "]", "[]", "..", "spec[", "spec.template.spec.containers[name=\"web",
                          "spec.template.spec.containers[99999999999999999999]",
                          "spec.template.spec.containers[-1]", "\xff[\\"})
    EXPECT_NO_THROW(at(odd)) << odd;
}

}  // namespace
}  // namespace harness
