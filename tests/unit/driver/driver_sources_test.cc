// Components that are rendered: deployed, deployed again after an edit of an input, and no more.
#include <gmock/gmock.h>

#include <algorithm>

#include "driver/with_cluster.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverSourcesTest : public DriverWithClusterTest {
 protected:
  DriverSourcesTest() {
    folder_.write("bin/helm",
                  "#!/bin/sh\necho \"helm $*\" >> \"$FAKE_LOG\"\nsed \"s/VALUE/$(cat values.txt)/\" "
                  "chart/objects.yaml\n",
                  0755);
    env_["PATH"] = (folder_ / "bin").string() + ":" + env_["PATH"];
    project_.write("chart/Chart.yaml", "name: web\n");
    project_.write("values.txt", "one");
    project_.write("conf.txt", "text");
    components("  web: {helm: {chart: chart, values: values.txt}, configMaps: {made: {files: conf.txt}}}\n");
    objects({config_map("release", "VALUE"), config_map("other", "same")});
  }
  void components(const std::string& text, const std::string& more_tests = "") const {
    project_.write("components.yaml", "registry: " + registry_.host() + "\ncomponents:\n" + text +
                                          "tests: [{name: TestOne, command: 'true'}" + more_tests + "]\n");
  }
  void objects(const std::vector<std::string>& documents) const {
    std::string all;
    for (const auto& document : documents) all += "---\n" + document;
    project_.write("chart/objects.yaml", all);
  }
  static std::string config_map(const std::string& name, const std::string& value,
                                const std::string& annotations = "") {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", annotations: {" + annotations +
           "}}\ndata: {value: " + value + "}\n";
  }
  static std::string job(const std::string& name, const std::string& annotations) {
    return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: " + name + ", annotations: {" + annotations +
           "}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}\n";
  }
  DriverEnd deploy() { return expect_success({"-run=TestOne"}); }
  std::string value(const std::string& name, const std::string& key = "value") const {
    const auto all = cluster_.objects("configmaps");
    const auto found = all.find("/api/v1/namespaces/default/configmaps/" + name);
    return found == all.end() ? "" : found->second["data"][key].get<std::string>();
  }
  int renders() const {
    int count = 0;
    for (size_t at = 0; (at = calls().find("helm template", at)) != std::string::npos; ++at) ++count;
    return count;
  }
  int deleted(const std::string& end) const {
    const auto all = cluster_.erased();
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [&](const auto& path) { return path.ends_with(end); }));
  }
};

TEST_F(DriverSourcesTest, AnEditOfAnInputRedeploysWhatItChanges) {
  deploy();
  EXPECT_EQ(value("release") + value("other") + value("made", "conf.txt"), "onesametext");
  EXPECT_EQ(renders(), 1);
  const int patches = cluster_.patches();
  EXPECT_THAT(deploy().err, HasSubstr("1 of 1 components"));
  EXPECT_EQ(renders(), 1) << "nothing changed";
  EXPECT_EQ(cluster_.patches(), patches);

  project_.write("values.txt", "two");
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestOne"}).err,
              HasSubstr("component web: what is deployed differs from its sources and images"));
  deploy();
  EXPECT_EQ(value("release"), "two");
  EXPECT_EQ(renders(), 2);
  project_.write("conf.txt", "other text");
  deploy();
  EXPECT_EQ(value("made", "conf.txt"), "other text");
  EXPECT_EQ(renders(), 2);

  objects({config_map("release", "VALUE")});
  deploy();
  EXPECT_EQ(deleted("configmaps/other"), 1) << "an object that leaves a render leaves the cluster";
  EXPECT_EQ(value("release"), "two");
  EXPECT_NE(file(".harness/default/instance.json"), "");
  EXPECT_TRUE(std::filesystem::exists(project_ / ".harness/default/renders"));
  project_.write("chart/objects.yaml", "[");
  run({"-teardown"});
  EXPECT_FALSE(std::filesystem::exists(project_ / ".harness/default/renders"))
      << "what only goes is not rendered first";
}

TEST_F(DriverSourcesTest, HooksRunAroundTheReleaseAndGoAsTheySay) {
  const std::string release = config_map("release", "VALUE");
  objects(
      {job("after", "helm.sh/hook: 'post-install'"), release,
       job("before", "helm.sh/hook: 'pre-install, pre-upgrade', helm.sh/hook-delete-policy: hook-succeeded"),
       config_map("needed", "x", "helm.sh/hook: pre-install, helm.sh/hook-weight: '-5'"),
       job("check", "helm.sh/hook: test"), job("bye", "helm.sh/hook: pre-delete")});
  const auto first = deploy();
  EXPECT_THAT(
      first.err,
      AllOf(
          HasSubstr("note:  helm chart: Job default/check is a test of the chart and is left out\n"),
          HasSubstr("warning: helm chart: Job default/bye is a hook that does not run here (pre-delete)\n")));
  EXPECT_EQ(deleted("jobs/before"), 1);
  EXPECT_EQ(value("needed") + value("release"), "xone");
  EXPECT_EQ(cluster_.objects("jobs").size(), 1u) << "the one that runs afterwards stays";

  const int patches = cluster_.patches();
  deploy();
  EXPECT_EQ(cluster_.patches(), patches) << "nothing changed: no hook runs";
  project_.write("values.txt", "two");
  deploy();
  EXPECT_EQ(value("release"), "two");
  EXPECT_EQ(deleted("jobs/before"), 2) << "it ran before the upgrade, too";
  EXPECT_EQ(deleted("jobs/after"), 0);

  components("  other: {configMaps: {made: {files: conf.txt}}}\n");
  deploy();
  EXPECT_TRUE(cluster_.objects("jobs").empty());
  EXPECT_EQ(value("needed") + value("release"), "");
}

TEST_F(DriverSourcesTest, TestsOfAChartAreTests) {
  components("  web: {helm: {chart: chart, values: values.txt}}\n", ", {helm: web, labels: [slow]}");
  objects({config_map("release", "VALUE"), job("check", "helm.sh/hook: test"),
           config_map("script", "x", "helm.sh/hook: test, helm.sh/hook-weight: '-1'")});
  EXPECT_THAT(expect_success({"-list"}).out, HasSubstr("web/check"));
  const auto first = expect_success({"-run=."});
  EXPECT_THAT(first.out, AllOf(HasSubstr("PASS web/check [SLOW]"), HasSubstr("2 passed, 0 failed")));
  EXPECT_THAT(first.err, Not(HasSubstr("left out")));
  const auto made = cluster_.erased();
  EXPECT_THAT(
      made, testing::IsSupersetOf({testing::EndsWith("jobs/check"), testing::EndsWith("configmaps/script")}))
      << "nothing of a test stays";
  EXPECT_TRUE(cluster_.objects("jobs").empty());

  const auto again = expect_success({"-no-setup", "-run=web/check"});
  EXPECT_THAT(again.out, HasSubstr("1 passed, 0 failed"));
  EXPECT_THAT(again.err, Not(HasSubstr("warning"))) << "a test is nothing that is deployed";
}

TEST_F(DriverSourcesTest, ATestOfAChartThatFails) {
  components("  web: {helm: {chart: chart, values: values.txt}}\n", ", {helm: web}");
  objects({config_map("release", "VALUE"), job("failing-check", "helm.sh/hook: test")});
  const auto end = run({"-run=web"});
  EXPECT_EQ(end.code, 1) << end.out << end.err;
  EXPECT_THAT(end.out,
              HasSubstr("FAIL web/failing-check: Job failing-check cannot be rolled out: the job failed"));
  EXPECT_TRUE(cluster_.objects("jobs").empty());
}

TEST_F(DriverSourcesTest, AChartWithoutTestsHasNoneToRun) {
  components("  web: {helm: {chart: chart, values: values.txt}}\n", ", {helm: web}");
  const auto end = run({"-list"});
  EXPECT_EQ(end.code, 4);
  EXPECT_THAT(end.err, HasSubstr("the chart of component web lists no tests"));
}

TEST_F(DriverSourcesTest, DryRunShowsWhatIsRendered) {
  const auto end = expect_success({"-dry-run", "-run=TestOne"});
  EXPECT_THAT(end.out, HasSubstr("deploy    web\n"));
  EXPECT_THAT(end.out,
              HasSubstr("render    helm chart: ConfigMap default/release\nrender    helm chart: ConfigMap "
                        "default/other\nrender    components.yaml:3:64: ConfigMap default/made"));
  EXPECT_THAT(end.out, Not(HasSubstr("\"data\"")));
  EXPECT_THAT(expect_success({"-dry-run", "-verbose", "-run=TestOne"}).out, HasSubstr("\"value\": \"one\""));
}

}  // namespace
