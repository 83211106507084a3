#include "cli/component_objects.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/environment.h"
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

/// A chart whose helm prints a Secret of what the cluster has, and a pod that names it.
class AskingObjectsTest : public testing::Test {
 protected:
  AskingObjectsTest() {
    folder_.write("bin/helm", R"(#!/bin/sh
case "$*" in *--dry-run=server*) answer=$(cat "$ANSWER") ;; *) answer=none ;; esac
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: pw}\nstringData: {p: %s}\n' "$answer"
[ ! -e "$ANSWER.pod" ] || cat "$ANSWER.pod"
)",
                  0755);
    folder_.write("chart/Chart.yaml", "name: db\n");
    folder_.write("chart/templates/NOTES.txt", "{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}");
    folder_.write(
        "web.yaml",
        R"({apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: c, envFrom: [{secretRef: {name: pw}}]}]}})");
    project_.root = folder_.root();
    project_.file = folder_ / "components.yaml";
    project_.registry = "localhost:5001";
    project_.name_space = "default";
    project_.images = {{.name = "late"}};
    project_.components = {{.name = "web", .sources = {.manifests = {"web.yaml"}}},
                           {.name = "db", .sources = {.helm = HelmChart{.chart = "chart"}}}};
  }
  RenderSettings settings() const {
    return {.folder = folder_ / ".harness/renders",
            .kubeconfig = {},
            .kubernetes = {},
            .charts = folder_ / "cache",
            .stop = {}};
  }
  const Component& web() const { return project_.components[0]; }
  const Component& db() const { return project_.components[1]; }

  const TempProject folder_;
  const ScopedVariable path_{"PATH", (folder_ / "bin").string() + ":/usr/bin:/bin"},
      answer_{"ANSWER", folder_.write("answer", "first").string()};
  Project project_;
};

TEST_F(AskingObjectsTest, WhatTheClusterAnswersReachesEachComponentThatNamesIt) {
  ComponentObjects objects(project_, settings());
  EXPECT_THAT(objects.asking(), testing::ElementsAre("db"));
  EXPECT_THAT(objects.asked_before(web()), testing::ElementsAre("db"));
  EXPECT_THAT(objects.asked_before(db()), testing::IsEmpty());
  EXPECT_TRUE(objects.has_to_ask(db()));
  EXPECT_FALSE(objects.has_to_ask(web()));
  const auto& planned = objects.written(db());
  const auto before = objects.of(web(), {});
  objects.ask_cluster(db(), {.of_cluster = true});
  EXPECT_FALSE(objects.has_to_ask(db()));
  EXPECT_EQ(planned.at(0).body["stringData"]["p"], "none") << "who has it may go on reading it";
  EXPECT_EQ(objects.written(db()).at(0).body["stringData"]["p"], "first");
  const auto after = objects.of(web(), {});
  EXPECT_EQ(after.at(1).body["data"]["p"], "Zmlyc3Q=");
  EXPECT_NE(before.at(0).body, after.at(0).body) << "its pods are others then";
  folder_.write("answer", "second");
  objects.ask_cluster(db(), {.of_cluster = true});
  EXPECT_EQ(objects.written(db()).at(0).body["stringData"]["p"], "first") << "once in a run";
}

TEST_F(AskingObjectsTest, AnImageThatNobodyPlannedIsAnErrorOnce) {
  const std::string pod =
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: "
      "'localhost:5001/late'}]}}\n";
  ComponentObjects objects(project_, settings());
  folder_.write("answer.pod", pod);
  const auto error = error_of([&] { objects.ask_cluster(db(), {.of_cluster = true}); });
  EXPECT_THAT(error.what(), testing::HasSubstr("component \"db\""));
  EXPECT_THAT(error.what(), testing::HasSubstr("names the image \"late\", which nothing named before"));
  EXPECT_EQ(error.details.exit_code, kDeploy);
  EXPECT_THAT(ComponentObjects(project_, settings()).images().at("db"), testing::ElementsAre("late"));
}

}  // namespace
}  // namespace harness
