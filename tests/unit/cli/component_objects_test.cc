#include "cli/component_objects.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

TEST(ComponentObjectsTest, ImagesAreThoseOfTheEntryAndOfTheManifest) {
  const TempProject folder;
  folder.write("m.yaml",
               "{apiVersion: v1, kind: A, metadata: {name: a}, image: localhost:5001/b}\n---\n"
               "{apiVersion: v1, kind: B, metadata: {name: b}, image: localhost:5001/a:v1}\n");
  Project project;
  project.root = folder.root();
  project.file = folder / "components.yaml";
  project.images = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  project.components = {{.name = "x", .images = {"c", "a"}, .sources = {.manifests = {"m.yaml"}}}};
  EXPECT_THAT(ComponentObjects(project, {}).images().at("x"), testing::ElementsAre("c", "a", "b"));
  project.images.erase(project.images.begin());
  const auto error = error_of([&] { ComponentObjects(project, {}).images(); });
  EXPECT_STREQ(error.what(), "m.yaml:3:55: no image \"a\" in components.yaml");
  EXPECT_EQ(error.details.exit_code, kUsage);
}

TEST(ComponentObjectsTest, WhatPodsNameOfOthersConfigurationIsAppliedWithThem) {
  const TempProject folder;
  folder.write(
      "web.yaml",
      R"({apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: c, envFrom: [{configMapRef: {name: settings}}]}]}})");
  Project project;
  project.root = folder.root();
  project.file = folder / "components.yaml";
  project.name_space = "default";
  project.components = {{.name = "web", .sources = {.manifests = {"web.yaml"}}},
                        {.name = "settings", .sources = {.manifests = {"settings.yaml"}}}};
  const auto applied_with = [&](const std::string& value) {
    folder.write("settings.yaml",
                 "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: " + value + "}}");
    return ComponentObjects(project, {}).of(project.components[0], {});
  };
  const auto first = applied_with("b"), second = applied_with("c");
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[1].name, "settings");
  EXPECT_EQ(second[1].body["data"]["a"], "c");
  EXPECT_NE(first[0].body, second[0].body) << "its pods are others then";
}

}  // namespace
}  // namespace harness
