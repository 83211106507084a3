// Argo, plain Jobs, Prow, and what all engines have in common.
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "support/errors.h"
#include "support/golden.h"
#include "testrun/emit/names.h"
#include "testrun/emit/yaml.h"
#include "testrun/emitting.h"

namespace harness::testrun {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class EmitTest : public testing::Test, protected Emitting {
 protected:
  EmitTest() {
    define("one", "image: debian");
    define("last", "behavior: disruptive, image: debian, activeDeadlineSeconds: 60");
  }
  static constexpr const char* kFlow =
      "testflow: [{name: a, definition: {name: one, continueOnError: true}}, {name: b, dependsOn: [a], "
      "definition: {name: one}}, {name: d, dependsOn: [a], definition: {name: last}}]\n"
      "onExit: [{name: e, definition: {name: one, condition: error}}, {name: z, dependsOn: [e], definition: "
      "{name: one}}]";
};

TEST_F(EmitTest, ArgosDag) {
  const auto documents = emit(Engine::argo, kFlow);
  const auto spec = of_kind(documents, "Workflow")["spec"];
  const auto tasks = named(spec["templates"], "testflow")["dag"]["tasks"];
  EXPECT_EQ(named(tasks, "b")["depends"], "(a.Succeeded || a.Failed || a.Errored)");
  EXPECT_EQ(named(tasks, "d")["depends"], "(a.Succeeded || a.Failed || a.Errored) && b.Succeeded");
  EXPECT_EQ(named(tasks, "failed-all-the-same")["depends"], "(a.Failed || a.Errored) && d.Succeeded");
  EXPECT_EQ(spec["onExit"], "on-exit");
  const auto on_exit = named(spec["templates"], "on-exit")["dag"];
  EXPECT_EQ(on_exit["failFast"], false);
  EXPECT_EQ(named(on_exit["tasks"], "on-exit-e")["when"], "{{workflow.status}} != Succeeded");
  EXPECT_EQ(named(on_exit["tasks"], "on-exit-z")["depends"], "(on-exit-e.Succeeded || on-exit-e.Skipped)");
  EXPECT_EQ(named(spec["templates"], "d")["activeDeadlineSeconds"], 60);
  EXPECT_EQ(of_kind(documents, "PersistentVolumeClaim")["metadata"]["name"],
            spec["volumes"][0]["persistentVolumeClaim"]["claimName"]);
}

TEST_F(EmitTest, JobsWaitForEachOther) {
  const auto documents = emit(Engine::kubernetes, kFlow, 2);
  std::map<std::string, json> jobs;
  for (const auto& one : documents)
    if (one["kind"] == "Job") jobs[one["metadata"]["name"]] = one;
  ASSERT_EQ(jobs.size(), 5u);
  const auto first_container = [&](const std::string& name) {
    return jobs[name]["spec"]["template"]["spec"]["initContainers"][0];
  };
  EXPECT_EQ(first_container("t-a")["name"], "prepare");
  const auto variable = [&](const std::string& job, const std::string& name) {
    return named(first_container(job)["env"], name)["value"];
  };
  EXPECT_EQ(variable("t-d", "BEFORE"), "t-a t-b");
  EXPECT_EQ(variable("t-d", "SELECTOR"), "testrun.harness/run=t");
  EXPECT_EQ(variable("t-on-exit-e", "TESTFLOW"), "t-a t-b t-d");
  EXPECT_EQ(variable("t-on-exit-e", "CONDITION"), "error");
  EXPECT_EQ(variable("t-on-exit-z", "NEEDED"), "t-on-exit-e");
  EXPECT_EQ(jobs["t-a"]["metadata"]["labels"]["testrun.harness/failure"], "continues");
  EXPECT_EQ(jobs["t-d"]["spec"]["activeDeadlineSeconds"], 600 + 600 + 60);
  EXPECT_EQ(jobs["t-on-exit-z"]["spec"]["activeDeadlineSeconds"], 600 + 600 + 60 + 600 + 600);
  EXPECT_EQ(jobs["t-a"]["spec"]["backoffLimit"], 1);
  for (const auto& [name, job] : jobs)
    for (const json containers = job["spec"]["template"]["spec"]["containers"];
         const auto& mount : containers[0]["volumeMounts"])
      EXPECT_NE(mount["name"], "account") << name;
  EXPECT_THAT(warnings_, HasSubstr("onExit/z: there TM_PHASE is not set"));
}

TEST_F(EmitTest, AJobOfProwRunsTheHarness) {
  const auto text =
      "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t, annotations: "
      "{testrun.harness/repository: \"https://github.com/org/repo.git\"}}\n"
      "spec: {testLocations: [{type: local, hostPath: .}], testflow: [{name: a, definition: {name: one}}]}\n";
  files_.write("runs/.test-defs/one.yaml",
               "kind: TestDefinition\nmetadata: {name: one}\nspec: {owner: a@b.c, command: [a]}\n");
  const auto& loaded = load_file(files_.write("runs/t.yaml", text));
  const auto job = emit(Engine::presubmit, loaded, 2)[0]["presubmits"]["org/repo"][0];
  EXPECT_EQ(job["name"], "pull-repo-t");
  EXPECT_EQ(job["spec"]["containers"][0]["args"],
            (nlohmann::ordered_json{"./harness", "testrun", "runs/t.yaml"}));
  EXPECT_EQ(job["decoration_config"]["timeout"], "0h50m0s");
  EXPECT_EQ(emit(Engine::postsubmit, loaded)[0]["postsubmits"]["org/repo"][0]["branches"][0], "^main$");
  EXPECT_EQ(emit(Engine::periodic, loaded)[0]["periodics"][0]["extra_refs"][0]["repo"], "repo");
}

TEST_F(EmitTest, AJobOfProwIsForItsBranchAlone) {
  files_.write(".test-defs/one.yaml",
               "kind: TestDefinition\nmetadata: {name: one}\nspec: {owner: a@b.c, command: [a]}\n");
  const auto& loaded = load_file(files_.write(
      "t.yaml",
      "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t, annotations: "
      "{testrun.harness/repository: \"https://github.com/org/repo.git\", testrun.harness/branch: "
      "\"release-1.2+x/(y)\"}}\n"
      "spec: {testLocations: [{type: local, hostPath: .}], testflow: [{name: a, definition: {name: "
      "one}}]}\n"));
  EXPECT_EQ(emit(Engine::presubmit, loaded)[0]["presubmits"]["org/repo"][0]["branches"][0],
            R"(^release-1\.2\+x/\(y\)$)");
  EXPECT_EQ(emit(Engine::periodic, loaded)[0]["periodics"][0]["extra_refs"][0]["base_ref"],
            "release-1.2+x/(y)");
}

TEST_F(EmitTest, AJobOfProwNeedsToKnowItsRepository) {
  const auto& loaded = load("testflow: [{name: a, definition: {name: one}}]");
  const auto error =
      error_of([&] { testrun::emit(loaded, {.engine = Engine::presubmit, .root = files_.root()}); });
  EXPECT_THAT(error.what(), HasSubstr("the job's repository is not known"));
  EXPECT_THAT(error.details.hint, HasSubstr("testrun.harness/repository"));
}

TEST(EmitNamesTest, DnsLabels) {
  EXPECT_EQ(as_dns_label("onExit/Clean_up.2", 32), "onexit-clean-up-2");
  EXPECT_EQ(as_dns_label("--a--", 32), "a");
  EXPECT_EQ(as_dns_label("_", 32), "x");
  EXPECT_EQ(as_dns_label(std::string(40, 'a'), 20).size(), 20u);
  EXPECT_NE(as_dns_label(std::string(40, 'a') + "b", 20), as_dns_label(std::string(40, 'a') + "c", 20));
}

TEST_F(EmitTest, NoTwoNodesHaveOneName) {
  const auto& plan =
      load(
          "testflow: [{name: a.b, definition: {name: one}}, {name: a_b, definition: {name: one}}, {name: "
          "testflow, definition: {name: one}}]\nonExit: [{name: a, definition: {name: one}}]")
          .plan;
  const Names names(plan);
  EXPECT_EQ(names.of(plan.testflow.nodes[0]), "a-b");
  EXPECT_NE(names.of(plan.testflow.nodes[1]), "a-b");
  EXPECT_NE(names.of(plan.testflow.nodes[2]), "testflow");
  EXPECT_EQ(names.of(plan.on_exit.nodes[0]), "on-exit-a");
}

TEST_F(EmitTest, Golden) {
  files_.write(".test-defs/serial.yaml",
               "kind: TestDefinition\nmetadata: {name: build}\nspec: {owner: a@example.com, behavior: "
               "[serial], image: \"registry.example.com/build:1.0\", command: [make], args: [all], "
               "resources: {limits: {memory: 1Gi}}}\n");
  define("unit", "labels: [test], image: debian");
  define("e2e", "labels: [test], image: debian, activeDeadlineSeconds: 1800");
  const auto file = files_.write(
      "pipeline.yaml",
      "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {generateName: golden-, "
      "namespace: tests, annotations: {testrun.harness/repository: \"https://github.com/example/project\"}}\n"
      "spec:\n  testLocations: [{type: local, hostPath: .}]\n"
      "  ttlSecondsAfterFinished: 3600\n"
      "  kubeconfigs: {shoot: {secretKeyRef: {name: shoot, key: kubeconfig}}}\n"
      "  config: [{name: LEVEL, type: env, value: \"1.20\"}, {name: ca, type: file, path: /etc/ca.pem, "
      "value: Y2EK}]\n"
      "  testflow:\n  - {name: build, definition: {name: build}}\n  - {name: tests, dependsOn: [build], "
      "definition: {label: test, continueOnError: true}}\n  - {name: report, dependsOn: [tests], definition: "
      "{name: one}}\n"
      "  onExit:\n  - {name: logs, definition: {name: one, condition: error}}\n  - {name: clean-up, "
      "dependsOn: [logs], definition: {name: one}}\n");
  for (const auto& [name, engine] : {std::pair("tekton", Engine::tekton),
                                     {"argo", Engine::argo},
                                     {"kubernetes", Engine::kubernetes},
                                     {"prowjob", Engine::periodic}}) {
    defaults_.only_pods = has_own_pods(engine);
    auto text = yaml_text(emit(engine, load_file(file)));
    text.pop_back();
    expect_golden("emit/" + std::string(name) + ".yaml", text);
  }
}

}  // namespace
}  // namespace harness::testrun
