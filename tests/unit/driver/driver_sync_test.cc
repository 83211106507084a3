// `sync: true`: running pods get new images, and everybody is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "driver/with_cluster.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class DriverSyncTest : public DriverWithClusterTest {
 protected:
  DriverSyncTest() {
    edit("components.yaml", "three: {manifest: manifests/three.yaml, after: [one]}",
         "three: {manifest: manifests/three.yaml, after: [one], sync: true}");
    expect_success({"-run=TestOne"});
  }

  void edit(const std::string& file, const std::string& from, const std::string& to) {
    auto text = tree_.read(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << ": " << from;
    tree_.write(file, text.replace(at, from.size(), to));
  }
  Json pod() const {
    for (const auto& [path, pod] : cluster_.objects("pods"))
      if (pod["metadata"]["labels"]["app"] == "three") return pod;
    return nullptr;
  }
  static std::string image_of(const Json& pod) { return pod["spec"]["containers"][0]["image"]; }
  std::string deployed() const {
    return cluster_.objects("deployments")
        .at("/apis/apps/v1/namespaces/default/deployments/three")["spec"]["template"]["spec"]["containers"][0]
                                                                 ["image"];
  }
};

TEST_F(DriverSyncTest, ThePodStaysAndRunsTheNewImage) {
  const auto before = pod();
  edit("src/app/a.c", "x0", "x1");
  const auto end = expect_success({"-run=TestOne"});
  EXPECT_THAT(end.err, HasSubstr("1 pods synced"));
  EXPECT_THAT(end.err,
              HasSubstr("synced: the pods of three no longer run the image that they were made with"));
  const auto after = pod();
  EXPECT_EQ(after["metadata"]["uid"], before["metadata"]["uid"]);
  EXPECT_NE(image_of(after), image_of(before));
  EXPECT_EQ(deployed(), image_of(before));
  EXPECT_THAT(file(".harness/default/artifacts/results.json"), HasSubstr("synced: the pods of three"));
  EXPECT_THAT(file(".harness/default/artifacts/report.html"), HasSubstr("synced: the pods of three"));
  EXPECT_THAT(run({"-list"}).err, HasSubstr("synced: the pods of three"));
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestOne"}).err, Not(HasSubstr("warning")));
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, HasSubstr("3 of 3 components")) << "nothing has changed";
}

TEST_F(DriverSyncTest, AllRollsItOut) {
  edit("src/app/a.c", "x0", "x1");
  expect_success({"-run=TestOne"});
  const auto synced = pod();
  EXPECT_THAT(expect_success({"-all", "-keep"}).err, Not(HasSubstr("synced")));
  EXPECT_NE(pod()["metadata"]["uid"], synced["metadata"]["uid"]);
  EXPECT_EQ(deployed(), image_of(synced));
}

TEST_F(DriverSyncTest, AnUndoGivesThePodsTheImageOfTheirWorkload) {
  edit("src/app/a.c", "x0", "x1");
  expect_success({"-run=TestOne"});
  edit("src/app/a.c", "x1", "x0");
  EXPECT_THAT(expect_success({"-all", "-keep"}).err, Not(HasSubstr("synced:")));
  EXPECT_EQ(image_of(pod()), deployed());
}

TEST_F(DriverSyncTest, AComponentThatIsRemovedIsForgotten) {
  edit("src/app/a.c", "x0", "x1");
  expect_success({"-run=TestOne"});
  edit("components.yaml", "  three: {manifest: manifests/three.yaml, after: [one], sync: true}\n", "");
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, Not(HasSubstr("synced:")));
}

TEST_F(DriverSyncTest, WhatIsMoreThanAnImageIsRolledOut) {
  const auto before = pod();
  edit("src/app/a.c", "x0", "x1");
  edit("manifests/one.yaml", "text: x0", "text: x1");
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, Not(HasSubstr("synced")));
  EXPECT_NE(pod()["metadata"]["uid"], before["metadata"]["uid"]);
}

}  // namespace
