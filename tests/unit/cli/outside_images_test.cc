#include "cli/outside_images.h"

#include <gmock/gmock.h>

#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class OutsideImagesTest : public testing::Test {
 protected:
  OutsideImagesTest() {
    project_.root = folder_.root();
    project_.file = folder_ / "components.yaml";
    project_.registry = "localhost:5001";
    project_.images = {{.name = "web", .replaces = {"ghcr.io/acme/web"}}};
    project_.components = {{.name = "x", .sources = {.manifests = {"m.yaml"}}},
                           {.name = "y", .sources = {.manifests = {"y.yaml"}}}};
    folder_.write("m.yaml",
                  R"({apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {
      initContainers: [{name: i, image: 'busybox:1.36'}],
      containers: [{name: a, image: 'localhost:5001/web'}, {name: b, image: 'ghcr.io/acme/web:v1'}, {name: c, image: 'quay.io/x'}]}}}})");
    folder_.write("y.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {image: busybox}}");
  }
  const TempProject folder_;
  Project project_;
};

TEST_F(OutsideImagesTest, ThoseThatNoImageOfTheProjectStandsFor) {
  const ComponentObjects objects(project_, {});
  const auto images = outside_images(project_, {"x", "y"}, objects);
  EXPECT_THAT(images, ElementsAre(Pair("x", ElementsAre("busybox:1.36", "quay.io/x"))));
  EXPECT_EQ(describe_outside_images(images),
            "pull      x: busybox:1.36, quay.io/x (by the nodes, from outside)\n");
  EXPECT_THAT(outside_images(project_, {"y"}, objects), IsEmpty());
}

TEST_F(OutsideImagesTest, EachIsSaidUntilItHasBeenDeployed) {
  const Instance instance(project_, "default");
  std::filesystem::create_directories(instance.dir());
  EXPECT_THAT(new_outside_images({{"x", {"a", "b"}}}, instance),
              ElementsAre(testing::HasSubstr(
                  "component \"x\": its images are pulled from outside, by the nodes: a, b\n")));
  remember_outside_images({{"x", {"a"}}}, instance);
  EXPECT_THAT(new_outside_images({{"x", {"a", "b"}}}, instance), ElementsAre(testing::HasSubstr(": b\n")));
  remember_outside_images({{"x", {"b"}}}, instance);
  EXPECT_THAT(new_outside_images({{"x", {"a", "b"}}}, instance), IsEmpty());
}

}  // namespace
}  // namespace harness
