// Sources of components, rendered by tools of this test.
#include "deploy/render/component_sources.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/text.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Both tools print the files that they are given, below a ConfigMap with their arguments.
constexpr const char* kTool = R"(#!/bin/sh
echo "$(basename $0) $*" >> "$CALLS"
case "$*" in *show*chart*) echo "version: 1.0.0"; exit ;; esac
[ ! -e broken ] || { cat broken >&2; exit 7; }
printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' "metadata: {name: $(basename $0)}" "data: {args: '$*'}"
cat rendered.yaml 2>/dev/null
exit 0
)";

class ComponentSourcesTest : public testing::Test {
 protected:
  ComponentSourcesTest() {
    for (const char* tool : {"bin/helm", "bin/kubectl"}) tools_.write(tool, kTool, 0755);
    project_.root = files_.root();
    project_.file = files_ / "components.yaml";
    files_.write("chart/Chart.yaml", "name: web\n");
    files_.write("chart/templates/web.yaml", "");
    files_.write("values.yaml", "a: 1\n");
    files_.write("over/kustomization.yaml", "resources: [../base]\n");
    files_.write("base/kustomization.yaml", "resources: [web.yaml]\n");
    files_.write("base/web.yaml", "");
  }

  static std::string config_map(const std::string& name, const std::string& rest = "") {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n" + rest;
  }
  SourceObjects read(const Sources& sources) const {
    return read_component(project_, {.name = "web", .sources = sources},
                          {.folder = files_ / ".harness/default/renders",
                           .kubeconfig = files_ / "none",
                           .kubernetes = "v1.34.0",
                           .charts = files_ / "cache/charts",
                           .stop = {}});
  }
  std::vector<std::string> names(const Sources& sources) const {
    std::vector<std::string> names;
    for (const auto& object : read(sources).objects) names.push_back(object.name_space + "/" + object.name);
    return names;
  }
  /// Of the tools, since the last look.
  std::vector<std::string> calls() const {
    const auto file = tools_ / "calls";
    auto lines = fs::exists(file) ? split(trim(read_file(file)), '\n') : std::vector<std::string>{};
    fs::remove(file);
    return lines;
  }

  const TempProject tools_, files_;
  const ScopedVariable path_{"PATH", (tools_ / "bin").string() + ":/usr/bin:/bin"},
      calls_{"CALLS", (tools_ / "calls").string()};
  Project project_;
  const Sources chart_{.helm = HelmChart{.chart = "chart",
                                         .values = {"values.yaml"},
                                         .set = {{"a.b", "\"x\""}},
                                         .images = {{"image.repository", "web", {}}},
                                         .name_space = "demo",
                                         .at = {3, 9}}};
  const Sources overlay_{.kustomize = Kustomization{"over", {4, 7}}};
};

TEST_F(ComponentSourcesTest, AllOfThemTogether) {
  files_.write("m.yaml", config_map("written"));
  files_.write("app.conf", "x");
  Sources sources = chart_;
  sources.manifests = {"m.yaml"};
  sources.kustomize = overlay_.kustomize;
  sources.render = RenderCommand{"printf '{apiVersion: v1, kind: Pod, metadata: {name: %s}}' made", {}, {}};
  sources.configs = {{.name = "config", .files = {"app.conf"}},
                     {.is_secret = true, .name = "secret", .files = {"app.conf"}, .name_space = "other"}};
  EXPECT_THAT(names(sources), ElementsAre("default/written", "default/kubectl", "demo/helm", "default/made",
                                          "default/config", "other/secret"));
  EXPECT_THAT(calls(), ElementsAre("kubectl kustomize over",
                                   "helm template web chart --namespace demo --include-crds --kube-version "
                                   "v1.34.0 --values values.yaml --set-json a.b=\"x\" --set-string "
                                   "image.repository=localhost:5001/web"));
}

TEST_F(ComponentSourcesTest, WhatHasNotChangedIsNotRenderedAgain) {
  for (const auto& sources : {chart_, overlay_}) {
    const auto first = names(sources);
    EXPECT_EQ(calls().size(), 1u);
    EXPECT_EQ(names(sources), first);
    EXPECT_THAT(calls(), IsEmpty());
  }
}

TEST_F(ComponentSourcesTest, EachInputOfARenderCounts) {
  for (const auto& sources : {chart_, overlay_}) read(sources);
  calls();
  const auto rendered = [&](const Sources& sources) {
    read(sources);
    return calls().size();
  };
  for (const char* file : {"values.yaml", "chart/templates/web.yaml", "chart/templates/new.yaml"}) {
    files_.write(file, "b: 2\n");
    EXPECT_EQ(rendered(chart_), 1u) << file;
    EXPECT_EQ(rendered(overlay_), 0u) << file;
  }
  files_.write("base/web.yaml", "b: 2\n");
  EXPECT_EQ(rendered(overlay_), 1u);
  EXPECT_EQ(rendered(chart_), 0u);
  fs::create_symlink("../elsewhere", files_ / "chart/link");
  EXPECT_EQ(rendered(chart_), 1u);
  files_.write("elsewhere", "text");
  EXPECT_EQ(rendered(chart_), 1u) << "what a link leads to";
  auto other = chart_;
  other.helm->set["a.b"] = "2";
  EXPECT_EQ(rendered(other), 1u);
  tools_.write("bin/helm", std::string(kTool) + "# another version\n", 0755);
  EXPECT_EQ(rendered(other), 1u);
}

TEST_F(ComponentSourcesTest, WhatCannotBeLookedAtIsRenderedEachTime) {
  files_.write("over/kustomization.yaml", "resources: ['https://example.com/x.yaml']\n");
  for (int i = 0; i < 2; ++i) {
    read(overlay_);
    EXPECT_EQ(calls().size(), 1u);
  }
  Sources command{.render = RenderCommand{"echo command >> $CALLS", {}, {}}};
  for (int i = 0; i < 2; ++i) {
    read(command);
    EXPECT_EQ(calls().size(), 1u);
  }
  command.render->inputs = {"values.yaml"};
  read(command);
  calls();
  read(command);
  EXPECT_THAT(calls(), IsEmpty());
  files_.write("values.yaml", "a: 3\n");
  read(command);
  EXPECT_EQ(calls().size(), 1u);
}

TEST_F(ComponentSourcesTest, OnlyTheLastRenderIsKeptAndItIsPrivate) {
  for (const char* text : {"a: 1", "a: 2"}) {
    files_.write("values.yaml", text);
    read(chart_);
  }
  size_t kept = 0;
  for (const auto& entry : fs::directory_iterator(files_ / ".harness/default/renders")) {
    ++kept;
    EXPECT_EQ(fs::status(entry.path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  EXPECT_EQ(kept, 1u);
}

TEST_F(ComponentSourcesTest, AToolThatFailsIsShownWithTheLineOfTheComponent) {
  files_.write("broken", "Error: found in Chart.yaml, but missing in charts/ directory: common\n");
  for (int i = 0; i < 2; ++i) {
    const auto error = error_of([&] { read(chart_); });
    EXPECT_STREQ(error.what(), "components.yaml:3:9: component \"web\": helm exited with 7");
    EXPECT_THAT(error.details.output_tail, HasSubstr("missing in charts/ directory: common"));
    EXPECT_THAT(error.details.command, HasSubstr("helm template web chart"));
    EXPECT_EQ(error.details.exit_code, kUsage);
    EXPECT_EQ(calls().size(), 1u) << "a failure is not kept";
  }
  EXPECT_STREQ(error_of([&] { read(overlay_); }).what(),
               "components.yaml:4:7: component \"web\": kubectl exited with 7");
}

TEST_F(ComponentSourcesTest, AMissingHelmIsSaidWithTheWayToGetIt) {
  fs::remove(tools_ / "bin/helm");
  const auto error = error_of([&] { read(chart_); });
  EXPECT_STREQ(error.what(), "components.yaml:3:9: component \"web\": the program helm is missing");
  EXPECT_THAT(error.details.hint, HasSubstr("go install helm.sh/helm/v3/cmd/helm@v3.19.0"));
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_F(ComponentSourcesTest, TheVersionOfAChartIsChecked) {
  auto sources = chart_;
  sources.helm->version = "1.0.0";
  EXPECT_THAT(names(sources), ElementsAre("demo/helm"));
  sources.helm->version = "2.0.0";
  EXPECT_STREQ(error_of([&] { read(sources); }).what(),
               "components.yaml:3:9: component \"web\": the chart chart has version 1.0.0, not 2.0.0");
}

TEST_F(ComponentSourcesTest, MessagesNameTheSourceAndTheObject) {
  files_.write("rendered.yaml",
               "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n");
  const auto objects = read(chart_).objects;
  EXPECT_EQ(place_of(objects[0], "/data/args"), "helm chart: ConfigMap demo/helm");
  EXPECT_EQ(place_of(objects[1]), "helm chart: ClusterRole all");
  files_.write("rendered.yaml", "---\nkind: Service\n");
  files_.write("values.yaml", "other");
  const std::string said = error_of([&] { read(chart_); }).what();
  EXPECT_THAT(said, AllOf(HasSubstr("helm chart: .harness/default/renders/web.helm."),
                          HasSubstr(".yaml:6:1: the document has no apiVersion, metadata.name")));
  files_.write("v.env", "");
  EXPECT_EQ(place_of(read({.configs = {{.name = "c", .env_files = {"v.env"}, .at = {5, 9}}}}).objects[0]),
            "components.yaml:5:9: ConfigMap default/c");
}

TEST_F(ComponentSourcesTest, OfARenderTheLaterOfTwoKeysCounts) {
  files_.write("rendered.yaml", "---\n" + config_map("twice", "data: {k: a}\ndata: {k: b}\n"));
  EXPECT_EQ(read(chart_).objects[1].body["data"]["k"], "b");
  files_.write("m.yaml", config_map("twice", "data: {k: a}\ndata: {k: b}\n"));
  EXPECT_THAT(error_of([&] { read({.manifests = {"m.yaml"}}); }).what(),
              HasSubstr("the key \"data\" is a duplicate"));
}

TEST_F(ComponentSourcesTest, TheNamespaceStandsOnlyWhereItIsAskedFor) {
  files_.write("m.yaml",
               config_map("'c-${HARNESS_NAMESPACE}'", "data: {script: 'echo ${HARNESS_NAMESPACE}'}\n"));
  project_.name_space = "own";
  EXPECT_EQ(read({.manifests = {"m.yaml"}}).objects[0].body["data"]["script"], "echo ${HARNESS_NAMESPACE}");
  const auto objects = read({.manifests = {"m.yaml"}, .substitutes = true}).objects;
  EXPECT_EQ(objects[0].name, "c-own");
  EXPECT_EQ(objects[0].body["data"]["script"], "echo own");
}

TEST_F(ComponentSourcesTest, ANameThatIsNearlyTheNamespacesIsAnError) {
  files_.write("m.yaml",
               config_map("c", "data: {a: '$${HARNESS_NAMESPACE}', b: 'x ${HARNESS_NAMESPACES}'}\n"));
  EXPECT_STREQ(
      error_of([&] { read({.manifests = {"m.yaml"}, .substitutes = true}); }).what(),
      "m.yaml:4:39: ${HARNESS_NAMESPACES} stands for nothing here; did you mean ${HARNESS_NAMESPACE}?");
}

TEST_F(ComponentSourcesTest, ItsFiles) {
  Sources sources = chart_;
  sources.kustomize = overlay_.kustomize;
  sources.manifests = {"deploy/a.yaml"};
  sources.manifest_folders = {"deploy"};
  sources.render = RenderCommand{"true", {"gen"}, {}};
  sources.configs = {{.name = "c", .files = {"conf", "k=key.pem"}, .env_files = {"v.env"}}};
  EXPECT_THAT(source_files(project_, {.sources = sources}),
              testing::IsSupersetOf({"deploy", "deploy/a.yaml", "base/web.yaml", "over/kustomization.yaml",
                                     "chart", "values.yaml", "gen", "conf", "key.pem", "v.env"}));
}

}  // namespace
}  // namespace harness
