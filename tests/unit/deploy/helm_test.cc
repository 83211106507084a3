// Charts by a helm of this test: fetched ones, dependencies, notes, what helm finds in its environment.
#include "deploy/render/helm.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/text.h"
#include "deploy/render/chart_dependencies.h"
#include "deploy/render/component_sources.h"
#include "deploy/render/helm_environment.h"
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
using testing::Not;
using testing::Pair;

/// `pull` writes what $PULLED is, or fails with what $UNREACHABLE says; `template` prints which charts it
/// finds in the folder that it is given, and the notes' template where it is asked for that.
constexpr const char* kHelmTool = R"sh(#!/bin/sh
echo "$*" >> "$CALLS"
case $1 in
pull)
  [ -z "$UNREACHABLE" ] || { echo "$UNREACHABLE" >&2; exit 1; }
  while [ $# -gt 0 ]; do
    case $1 in --destination) to=$2 ;; esac
    shift
  done
  cp "$PULLED" "$to/pulled-1.0.0.tgz" ;;
dependency) printf 'NAME\tVERSION\tREPOSITORY\tSTATUS\ncommon\t^1.0.0\tfile://../common\t%s\n' "${STATUS:-unpacked}" ;;
template)
  case "$*" in
  *harness-notes*) cat "$3/templates/harness-notes.yaml" >> "$CALLS"; printf 'kind: Notes\ntext: "kept: s3cret!\\nin s3cret!s\\n"\n' ;;
  *) printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {charts: "%s"}\n' \
       "$(cd "$3/charts" 2>/dev/null && find . -type f | sort | tr '\n' ' ')" ;;
  esac ;;
esac
)sh";

class HelmTest : public testing::Test {
 protected:
  HelmTest() {
    tools_.write("bin/helm", kHelmTool, 0755);
    files_.write("pulled/Chart.yaml", "name: web\nversion: 1.0.0\n");
    files_.write("pulled/templates/a.yaml", "");
    pack();
    project_.root = files_.root();
    project_.file = files_ / "components.yaml";
    project_.registry = "localhost:5001";
    settings_.folder = files_ / ".harness/renders";
    settings_.kubeconfig = files_ / "kubeconfig";
    settings_.charts = files_ / "cache/charts";
  }

  void pack() const {
    const auto result = run({.args = {"tar", "-czf", tools_ / "pulled.tgz", "-C", files_.root(), "pulled"}});
    ASSERT_TRUE(result.ok()) << result.err;
  }
  SourceObjects read(const HelmChart& chart, const std::optional<ChartAnswers>& answers = {}) const {
    return read_component(project_, {.name = "web", .sources = {.helm = chart}}, settings_, answers);
  }
  std::string charts_of(const HelmChart& chart) const {
    return trim(read(chart).objects.at(0).body["data"]["charts"].get<std::string>());
  }
  /// Of helm, since the last look.
  std::vector<std::string> calls() const {
    const auto file = tools_ / "calls";
    auto lines = fs::exists(file) ? split(trim(read_file(file)), '\n') : std::vector<std::string>{};
    fs::remove(file);
    return lines;
  }

  const TempProject tools_, files_;
  const ScopedVariable path_{"PATH", (tools_ / "bin").string() + ":/usr/bin:/bin"},
      calls_{"CALLS", (tools_ / "calls").string()}, pulled_{"PULLED", (tools_ / "pulled.tgz").string()};
  Project project_;
  RenderSettings settings_;
  const HelmChart fetched_{
      .chart = "https://me:secret@charts.example.com/web", .version = "1.0.0", .at = {3, 9}};
};

TEST_F(HelmTest, AChartOfARepositoryIsFetchedOnce) {
  const auto remarks = read(fetched_).remarks;
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_THAT(remarks[0],
              AllOf(HasSubstr("fetched the chart web 1.0.0 of https://***@charts.example.com: sha256:"),
                    Not(HasSubstr("secret"))));
  const auto first = calls();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_THAT(first[0], AllOf(HasSubstr("pull web --version 1.0.0 --destination "),
                              HasSubstr(" --repo https://me:secret@charts.example.com")));
  EXPECT_THAT(first[1], HasSubstr("cache/charts/"));
  EXPECT_THAT(read(fetched_).remarks, IsEmpty());
  EXPECT_THAT(calls(), IsEmpty()) << "nothing changed: nobody is asked";
  fs::remove_all(settings_.folder);
  const ScopedVariable offline("UNREACHABLE", "no route to host");
  read(fetched_);
  EXPECT_THAT(calls(), ElementsAre(HasSubstr("template web"))) << "the kept one is used";
}

TEST_F(HelmTest, EachVersionAndRepositoryIsAChartOfItsOwn) {
  auto other = fetched_;
  read(fetched_);
  other.version = "1.0.1";
  read(other);
  other.chart = "https://other.example.com/web";
  read(other);
  EXPECT_EQ(calls().size(), 6u);
}

TEST_F(HelmTest, ARegistryOfThisMachineAnswersByPlainHttp) {
  read({.chart = "oci://localhost:5001/charts/web", .version = "1.0.0"});
  EXPECT_THAT(calls()[0], AllOf(HasSubstr("pull oci://localhost:5001/charts/web --version 1.0.0"),
                                HasSubstr("--plain-http")));
  read({.chart = "oci://ghcr.io/acme/web", .version = "1.0.0"});
  EXPECT_THAT(calls()[0], Not(HasSubstr("--plain-http")));
}

TEST_F(HelmTest, WhatCannotBeFetchedIsSaid) {
  {
    const ScopedVariable unreachable("UNREACHABLE",
                                     "Error: dial tcp: lookup charts.example.com: no such host");
    const auto error = error_of([&] { read(fetched_); });
    EXPECT_STREQ(error.what(), "components.yaml:3:9: component \"web\": helm exited with 1");
    EXPECT_EQ(error.details.exit_code, kCluster);
    EXPECT_THAT(error.details.output_tail, HasSubstr("no such host"));
    EXPECT_THAT(error.details.command, Not(HasSubstr("secret")));
  }
  const auto refused = [&](const std::string& text) {
    const ScopedVariable said("UNREACHABLE", "Error: " + text);
    return error_of([&] { read(fetched_); }).details;
  };
  for (const char* missing :
       {"chart \"web\" version \"1.0.0\" not found in https://x repository",
        "failed to perform \"FetchReference\" on source: localhost:5001/web:0.9.0: not found"})
    EXPECT_EQ(refused(missing).exit_code, kUsage) << missing;
  const auto login =
      refused("GET \"http://localhost:5931/v2/web/manifests/1.0.0\": basic credential not found");
  EXPECT_EQ(login.exit_code, kCluster);
  EXPECT_THAT(login.hint, HasSubstr("helm registry login"));
}

TEST_F(HelmTest, AChartBesideTheOneThatDependsOnItIsUsedAsItIs) {
  files_.write("charts/web/Chart.yaml",
               "name: web\nversion: 1.0.0\ndependencies: [{name: common, version: ^1.0.0, repository: "
               "'file://../common'}]\n");
  files_.write("charts/web/charts/common-1.0.0.tgz", "an older one");
  files_.write("charts/common/Chart.yaml", "name: common\nversion: 1.0.0\n");
  const HelmChart chart{.chart = "charts/web", .at = {3, 9}};
  EXPECT_EQ(charts_of(chart), "./common/Chart.yaml");
  calls();
  read(chart);
  EXPECT_THAT(calls(), IsEmpty());
  files_.write("charts/common/templates/new.yaml", "");
  EXPECT_EQ(charts_of(chart), "./common/Chart.yaml ./common/templates/new.yaml") << "its edit counts";
  EXPECT_TRUE(fs::exists(files_ / "charts/web/charts/common-1.0.0.tgz")) << "the project stays as it is";
  EXPECT_THAT(source_files(project_, {.name = "web", .sources = {.helm = chart}}),
              testing::IsSupersetOf({"charts/web", "charts/common"}));
  const ScopedVariable status("STATUS", "wrong version");
  files_.write("charts/common/Chart.yaml", "name: common\nversion: 2.0.0\n");
  const auto error = error_of([&] { read(chart); });
  EXPECT_STREQ(error.what(),
               "components.yaml:3:9: component \"web\": dependency \"common\" of charts/web: wrong "
               "version (wanted: ^1.0.0)");
  EXPECT_THAT(error.details.hint, HasSubstr("helm dependency update charts/web"));
}

TEST_F(HelmTest, WhatChartsLacksIsFetchedInTheLockedVersion) {
  const std::string wanted =
      "name: web\nversion: 1.0.0\ndependencies: [{name: db, version: ^1.0.0, repository: "
      "'https://charts.example.com'}]\n";
  files_.write("chart/Chart.yaml", wanted);
  const HelmChart chart{.chart = "chart"};
  const auto error = error_of([&] { read(chart); });
  EXPECT_THAT(
      error.what(),
      HasSubstr("chart/Chart.yaml: dependency \"db\": no Chart.lock says which version \"^1.0.0\" is"));
  EXPECT_THAT(error.details.hint, HasSubstr("helm dependency update"));
  EXPECT_EQ(error.details.exit_code, kUsage);
  files_.write("chart/Chart.lock",
               "dependencies: [{name: db, version: 1.4.2, repository: 'https://charts.example.com'}]\n");
  EXPECT_EQ(charts_of(chart), "./db-1.4.2.tgz");
  EXPECT_THAT(calls()[0], HasSubstr("pull db --version 1.4.2"));
  files_.write("chart/charts/db-1.4.2.tgz", "vendored");
  read(chart);
  EXPECT_THAT(calls(), ElementsAre(HasSubstr("template web chart"))) << "what is there is used";
}

TEST_F(HelmTest, ADependencyThatIsNowhereHasItsChart) {
  const auto said = [&](const std::string& repository) {
    files_.write("chart/Chart.yaml",
                 "name: web\ndependencies: [{name: db, version: 1.0.0, repository: '" + repository + "'}]\n");
    return std::string(error_of([&] { read({.chart = "chart"}); }).what());
  };
  EXPECT_THAT(said("file://../none"), HasSubstr("dependency \"db\": there is no chart "));
  EXPECT_THAT(said("@stable"), HasSubstr("repository \"@stable\" is no URL"));
  EXPECT_THAT(said(""), HasSubstr("it is missing in charts/, and has no repository"));
  EXPECT_THAT(said("file://../chart"), HasSubstr("in a circle"));
}

TEST_F(HelmTest, AChartThatAsksTheClusterIsRenderedWithItsAnswers) {
  files_.write("chart/Chart.yaml", "name: web\n");
  files_.write("chart/templates/a.yaml", "{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}");
  const HelmChart chart{.chart = "chart"};
  EXPECT_TRUE(read(chart).asks_cluster);
  EXPECT_THAT(calls(), ElementsAre(Not(HasSubstr("--dry-run=server"))));
  for (int i = 0; i < 2; ++i) {
    read(chart, ChartAnswers{.of_cluster = true, .is_upgrade = i == 1});
    const auto made = calls();
    ASSERT_EQ(made.size(), 1u) << "each time: the answer may be another";
    EXPECT_THAT(made[0], HasSubstr("--dry-run=server"));
    EXPECT_EQ(made[0].find("--is-upgrade") != std::string::npos, i == 1);
  }
  read(chart);
  EXPECT_THAT(calls(), IsEmpty()) << "what was deployed is what is planned with";
  files_.write("chart/templates/a.yaml", "");
  EXPECT_FALSE(read(chart, ChartAnswers{.of_cluster = true}).asks_cluster);
  EXPECT_THAT(calls(), ElementsAre(Not(HasSubstr("--dry-run=server"))));
}

TEST_F(HelmTest, AChartThatFailsWithoutAnswersIsNotRenderedYet) {
  tools_.write("bin/helm", "#!/bin/sh\necho 'nil pointer evaluating interface {}.password' >&2\nexit 1\n",
               0755);
  files_.write("chart/Chart.yaml", "name: web\n");
  const HelmChart chart{.chart = "chart"};
  EXPECT_THROW(read(chart), Error);
  files_.write("chart/templates/a.yaml", "{{ (lookup \"v1\" \"Secret\" \"a\" \"b\").data.password }}");
  const auto planned = read(chart);
  EXPECT_THAT(planned.objects, IsEmpty());
  ASSERT_TRUE(planned.unanswered);
  EXPECT_THAT(planned.unanswered->details.output_tail, HasSubstr("nil pointer"));
  EXPECT_THROW(read(chart, ChartAnswers{.of_cluster = true}), Error) << "then it is one";
  files_.write("chart/Chart.yaml", "name: web\ndependencies: [{name: db, version: 1.0.0, repository: ''}]\n");
  EXPECT_THAT(error_of([&] { read(chart); }).what(), HasSubstr("it is missing in charts/"))
      << "no answer would help";
}

TEST_F(HelmTest, AnOlderHelmIsSaidWhereItCannotAsk) {
  tools_.write("bin/helm",
               "#!/bin/sh\necho 'invalid argument \"server\" for \"--dry-run\" flag' >&2\nexit 1\n", 0755);
  files_.write("chart/Chart.yaml", "name: web\n");
  files_.write("chart/templates/a.yaml", "{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}");
  EXPECT_THAT(error_of([&] { read({.chart = "chart"}, ChartAnswers{.of_cluster = true}); }).details.hint,
              HasSubstr("helm 3.13"));
}

TEST_F(HelmTest, NotesAreATextOfATemplate) {
  files_.write("chart/Chart.yaml", "name: web\n");
  const Component component{.name = "web", .sources = {.helm = HelmChart{.chart = "chart"}}};
  EXPECT_EQ(notes_of(project_, component, settings_, {}), "");
  EXPECT_THAT(calls(), IsEmpty());
  files_.write("chart/templates/NOTES.txt", "{{ \"a\" }} & b\n");
  EXPECT_EQ(notes_of(project_, component, settings_, {}), "kept: s3cret!\nin s3cret!s");
  EXPECT_THAT(calls(), testing::Contains("text: {{ tpl (\"e3sgImEiIH19ICYgYgo=\" | b64dec) . | toJson }}"));
  EXPECT_FALSE(fs::exists(files_ / "chart/templates/harness-notes.yaml"));
}

TEST_F(HelmTest, HelmFindsNothingOfTheUsersButLogins) {
  const ScopedVariable server("HELM_KUBEAPISERVER", "https://production"),
      context("HELM_KUBECONTEXT", "prod"), config("HELM_CONFIG_HOME", "/home/u/helm"),
      registry("HELM_REGISTRY_CONFIG", std::nullopt);
  const auto environment = helm_environment("/ours", "/cluster/kubeconfig");
  EXPECT_THAT(environment,
              testing::IsSupersetOf({Pair("HELM_KUBEAPISERVER", ""), Pair("HELM_KUBECONTEXT", ""),
                                     Pair("KUBECONFIG", "/cluster/kubeconfig"),
                                     Pair("HELM_CONFIG_HOME", "/ours/config"),
                                     Pair("HELM_REPOSITORY_CONFIG", "/ours/config/repositories.yaml"),
                                     Pair("HELM_REGISTRY_CONFIG", "/home/u/helm/registry/config.json")}));
}

}  // namespace
}  // namespace harness
