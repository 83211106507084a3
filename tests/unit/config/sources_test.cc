// Where a component's objects come from, as components.yaml has it.
#include <gmock/gmock.h>

#include "config/project.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class SourcesTest : public testing::Test {
 protected:
  SourcesTest() {
    for (const char* file : {"deploy/a.yaml", "deploy/b.json", "over/kustomization.yaml", "chart/Chart.yaml",
                             "values.yaml", "conf/app.yaml", "conf/jobs/one", "dev.env"})
      project_.write(file, "");
  }
  Sources sources(const std::string& component) {
    return load_project(project_.write("components.yaml", "components:\n  web: " + component + "\n"))
        .components[0]
        .sources;
  }
  std::string problems(const std::string& component) {
    return error_of([&] { sources(component); }).what();
  }
  const TempProject project_;
};

TEST_F(SourcesTest, ManifestsAreAFileAListGlobsAndFolders) {
  EXPECT_THAT(sources("{manifest: deploy/a.yaml}").manifests, ElementsAre("deploy/a.yaml"));
  const auto read = sources("{manifest: [deploy/b.json, deploy, 'deploy/*.yaml']}");
  EXPECT_THAT(read.manifests, ElementsAre("deploy/b.json", "deploy/a.yaml"))
      << "each once, where it comes first";
  EXPECT_THAT(read.manifest_folders, ElementsAre("deploy", "deploy"));
}

TEST_F(SourcesTest, EachEntryThatFindsNothingHasItsPlace) {
  EXPECT_THAT(
      problems("{manifest: [deploy, 'rbac/*.yaml', none.yaml]}"),
      testing::AllOf(
          HasSubstr(
              "components.yaml:2:28: component \"web\": no .yaml, .yml or .json file matches rbac/*.yaml"),
          HasSubstr("components.yaml:2:43: component \"web\": there is no file none.yaml")));
}

TEST_F(SourcesTest, EveryKeyOfEverySource) {
  const auto read = sources(R"(
    kustomize: over
    helm:
      chart: chart
      values: [values.yaml]
      set: {replicas: 2, "image.tag": "1.20", flags: [a, true], empty: ~, "a\\.b": 1e3}
      release: rel
      namespace: demo
      version: 1.2.3
    render: {command: cat deploy/a.yaml, inputs: [deploy]}
    configMaps: {config: {files: [conf/app.yaml, key=conf/app.yaml, conf/jobs], envFiles: dev.env}}
    secrets: {tls.example: {files: conf/app.yaml, type: kubernetes.io/tls, namespace: demo}}
    substitute: HARNESS_NAMESPACE)");
  EXPECT_EQ(read.kustomize->folder, "over");
  EXPECT_EQ(read.kustomize->at.line, 3);
  EXPECT_EQ(read.helm->chart, "chart");
  EXPECT_THAT(read.helm->values, ElementsAre("values.yaml"));
  EXPECT_THAT(read.helm->set,
              ElementsAre(Pair("a\\.b", "1000.0"), Pair("empty", "null"), Pair("flags", "[\"a\",true]"),
                          Pair("image.tag", "\"1.20\""), Pair("replicas", "2")));
  EXPECT_EQ(read.helm->release + " " + read.helm->name_space + " " + read.helm->version, "rel demo 1.2.3");
  EXPECT_EQ(read.render->command, "cat deploy/a.yaml");
  EXPECT_THAT(read.render->inputs, ElementsAre("deploy"));
  ASSERT_EQ(read.configs.size(), 2u);
  EXPECT_THAT(read.configs[0].files, ElementsAre("conf/app.yaml", "key=conf/app.yaml", "conf/jobs"));
  EXPECT_THAT(read.configs[0].env_files, ElementsAre("dev.env"));
  EXPECT_FALSE(read.configs[0].is_secret);
  EXPECT_EQ(read.configs[1].name + " " + read.configs[1].type + " " + read.configs[1].name_space,
            "tls.example kubernetes.io/tls demo");
  EXPECT_TRUE(read.configs[1].is_secret && read.substitutes);
}

TEST_F(SourcesTest, ProblemsOfEverySourceAtOnce) {
  const auto text = problems(R"(
    kustomise: over
    kustomize: deploy
    helm: {chart: charts/none, valus: x, values: none.yaml, namespace: Demo, release: -x, images: {repository: wep}}
    render: {inputs: [none]}
    configMaps: {Config: {files: [none, key=conf/none]}, empty: {}}
    secrets: {s: {envFiles: conf, typ: x}, t: text}
    substitute: HARNESS_NAMESPCE)");
  for (const char* problem :
       {"3:5: component \"web\": unknown key \"kustomise\" (did you mean \"kustomize\"?)",
        "4:16: component \"web\": the folder deploy has no kustomization.yaml",
        "5:19: component \"web\": there is no charts/none: a chart is a folder or a .tgz of the project, "
        "such as \"helm pull\" writes, or has \"repo\" and \"version\"",
        "5:32: component \"web\": helm: unknown key \"valus\" (did you mean \"values\"?)",
        "5:50: component \"web\": there is no file none.yaml",
        "5:72: component \"web\": \"Demo\" is not a namespace: lower-case letters, digits and -",
        "5:87: component \"web\": \"-x\" is not the name of a release: lower-case letters, digits and -",
        "5:112: component \"web\": helm: images: no image \"wep\"",
        "6:13: component \"web\": render: \"command\" is missing",
        "6:23: component \"web\": there is no none",
        "7:18: component \"web\": \"Config\" is not the name of a ConfigMap: lower-case letters, digits and "
        "-, with dots between them",
        "7:35: component \"web\": configMap \"Config\": there is no none",
        "7:41: component \"web\": configMap \"Config\": there is no conf/none",
        "7:58: component \"web\": configMap \"empty\" needs \"files\" or \"envFiles\"",
        "8:29: component \"web\": secret \"s\": there is no file conf",
        "8:35: component \"web\": secret \"s\": unknown key \"typ\" (did you mean \"type\"?)",
        "8:47: component \"web\": secret \"t\" must be a mapping of names",
        "9:17: component \"web\": \"substitute\" knows no HARNESS_NAMESPCE (did you mean "
        "\"HARNESS_NAMESPACE\"?)"})
    EXPECT_THAT(text, HasSubstr(std::string("components.yaml:") + problem + "\n"));
}

TEST_F(SourcesTest, AChartThatIsFetchedHasAnExactVersion) {
  const auto chart =
      sources("{helm: {chart: podinfo, repo: 'https://charts.example.com/', version: 6.7.1}}").helm;
  EXPECT_EQ(chart->chart, "https://charts.example.com/podinfo");
  EXPECT_EQ(sources("{helm: {chart: 'oci://ghcr.io/a/b', version: v1.16.2-alpha.1}}").helm->chart,
            "oci://ghcr.io/a/b");
  EXPECT_EQ(sources("{helm: {chart: chart, version: 1}}").helm->chart, "chart");
  EXPECT_THAT(problems("{helm: {chart: a/podinfo, repo: 'https://charts.example.com', version: 6.7.1}}"),
              HasSubstr("with \"repo\" the chart is a name, not \"a/podinfo\""));
  EXPECT_THAT(problems("{helm: {chart: podinfo, repo: 'https://charts.example.com'}}"),
              HasSubstr("a chart that is fetched needs an exact \"version\" such as 1.2.3\n"));
  for (const char* range : {"^6", "6.x", "\">=6.0.0\"", "6.7", "\"*\"", "latest"})
    EXPECT_THAT(problems(std::string("{helm: {chart: 'oci://ghcr.io/a/b', version: ") + range + "}}"),
                HasSubstr("a range would be another chart some day"))
        << range;
  EXPECT_THAT(
      problems("{helm: {chart: podinfo, repo: stable, version: 6.7.1}}"),
      HasSubstr("2:38: component \"web\": helm: \"repo\" must be the URL of a chart repository such as "
                "https://charts.example.com, not \"stable\""));
  EXPECT_THAT(problems("{helm: {chart: 'oci://ghcr.io/a/b', repo: 'https://x', version: 6.7.1}}"),
              HasSubstr("oci://ghcr.io/a/b is an address by itself: it needs no \"repo\""));
}

TEST_F(SourcesTest, WhatImagesReplace) {
  const auto of = [&](const std::string& images) {
    return std::string(error_of([&] {
                         load_project(project_.write("components.yaml", "images: " + images + "\n"));
                       }).what());
  };
  EXPECT_THAT(of("{a: {pull: x, replaces: [ghcr.io/acme/a, 'ghcr.io/acme/b:v1']}}"),
              HasSubstr("replaces: \"ghcr.io/acme/b:v1\" must be the name of an image without tag, such as "
                        "ghcr.io/acme/a"));
  EXPECT_THAT(of("{a: {pull: x, replaces: [web]}, b: {pull: x, replaces: web}}"),
              HasSubstr("components.yaml:1:41: image \"b\": web is replaced by image \"a\" already"));
  EXPECT_THAT(
      load_project(
          project_.write("components.yaml",
                         "images: {a: {pull: x, replaces: ['localhost:5000/x', controller, acme/a]}}\n"))
          .images[0]
          .replaces,
      testing::SizeIs(3));
}

}  // namespace
}  // namespace harness
