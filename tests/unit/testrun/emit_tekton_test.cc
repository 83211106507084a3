#include "testrun/emitting.h"

namespace harness::testrun {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class EmitTektonTest : public testing::Test, protected Emitting {
 protected:
  EmitTektonTest() {
    define("one", "image: debian");
    define("last", "behavior: disruptive, image: debian, activeDeadlineSeconds: 60");
  }
  json pipeline(const std::string& spec, int attempts = 1) {
    documents_ = emit(Engine::tekton, spec, attempts);
    return of_kind(documents_, "Pipeline")["spec"];
  }
  static json step(const json& task, const std::string& name) {
    return named(task["taskSpec"]["steps"], name);
  }

  std::vector<nlohmann::ordered_json> documents_;
};

TEST_F(EmitTektonTest, TheOrderOfThePlanIsRunAfter) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one}}, {name: d, dependsOn: [a], definition: {name: last}}, "
      "{name: b, dependsOn: [a], definition: {name: one}}]");
  EXPECT_FALSE(named(spec["tasks"], "a").contains("runAfter"));
  EXPECT_EQ(json(named(spec["tasks"], "b")["runAfter"]), (json{"a"}));
  EXPECT_EQ(json(named(spec["tasks"], "d")["runAfter"]), (json{"a", "b"}));
  EXPECT_EQ(named(spec["tasks"], "d")["timeout"], "60s");
}

TEST_F(EmitTektonTest, AFailureAfterWhichOthersGoOnMakesTheRunFailAllTheSame) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one, continueOnError: true}}, {name: b, definition: {name: "
      "one}}]");
  EXPECT_EQ(named(spec["tasks"], "a")["onError"], "continue");
  EXPECT_FALSE(named(spec["tasks"], "b").contains("onError"));
  EXPECT_EQ(named(spec["finally"], "failed-all-the-same")["when"][0]["input"], "$(tasks.status)");
  EXPECT_FALSE(pipeline("testflow: [{name: b, definition: {name: one}}]").contains("finally"));
}

TEST_F(EmitTektonTest, ConditionsOfOnExit) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one}}]\nonExit: [{name: e, definition: {name: one, condition: "
      "error}}, {name: s, definition: {name: one, condition: success}}, {name: z, definition: {name: one}}]");
  EXPECT_EQ(
      json(named(spec["finally"], "on-exit-e")["when"]),
      (json::array(
          {{{"input", "$(tasks.status)"}, {"operator", "notin"}, {"values", {"Succeeded", "Completed"}}}})));
  EXPECT_EQ(named(spec["finally"], "on-exit-s")["when"][0]["operator"], "in");
  EXPECT_FALSE(named(spec["finally"], "on-exit-z").contains("when"));
}

TEST_F(EmitTektonTest, OnExitHasAnOrderThoughFinallyHasNone) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one}}]\nonExit: [{name: logs, definition: {name: one, "
      "condition: error, continueOnError: true}}, {name: end, dependsOn: [logs], definition: {name: last}}]");
  const auto logs = named(spec["finally"], "on-exit-logs"), end = named(spec["finally"], "on-exit-end");
  EXPECT_EQ(step(logs, "main")["onError"], "continue");
  EXPECT_THAT(step(logs, "ended")["command"][2], HasSubstr("exit \"$code\""));
  EXPECT_EQ(named(step(logs, "ended")["env"], "EXIT_CODE_FILE")["value"], "$(steps.step-main.exitCode.path)");
  EXPECT_EQ(named(step(end, "prepare")["env"], "BEFORE")["value"], "onExit/logs error 600 no\n");
  EXPECT_THAT(step(end, "prepare")["command"][2], HasSubstr("skipped: $folder failed"));
  EXPECT_EQ(end["taskSpec"]["steps"].size(), 2u);
  EXPECT_EQ(end["timeout"], "660s") << "it waits in it";
}

TEST_F(EmitTektonTest, RetriesWhereTektonHasThem) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one, continueOnError: true}}, {name: b, definition: {name: "
      "one}}]",
      3);
  EXPECT_EQ(named(spec["tasks"], "b")["retries"], 2);
  EXPECT_FALSE(named(spec["tasks"], "a").contains("retries"));
  EXPECT_THAT(warnings_, HasSubstr("a: there it is not tried again"));
}

TEST_F(EmitTektonTest, AStepSeesItsOwnFoldersOnly) {
  const auto spec = pipeline(
      "testflow: [{name: a, definition: {name: one}}, {name: u, dependsOn: [a], definition: {name: one, "
      "untrusted: true}}]");
  const auto a = named(spec["tasks"], "a"), u = named(spec["tasks"], "u");
  EXPECT_EQ(json(step(a, "prepare")["workspaces"]),
            (json::array({{{"name", "testrun"}, {"mountPath", "/tm/run"}}})));
  EXPECT_FALSE(step(a, "main").contains("workspaces"));
  EXPECT_EQ(json(step(a, "main")["volumeMounts"][1]), (json{{"name", "$(workspaces.testrun.volume)"},
                                                            {"mountPath", "/tm/shared"},
                                                            {"subPath", "testflow/a/shared"}}));
  EXPECT_THAT(step(u, "main").dump(), Not(HasSubstr("/tm/shared")));
  EXPECT_EQ(of_kind(documents_, "PipelineRun")["spec"]["taskRunSpecs"][0]["pipelineTaskName"], "u");
}

TEST_F(EmitTektonTest, WhatIsWrittenIsInASecret) {
  pipeline(
      "kubeconfigs: {shoot: YQo=}\nconfig: [{name: f, type: file, path: /f, value: YgpiCg==}]\ntestflow: "
      "[{name: a, definition: {name: one}}]");
  const auto secret = of_kind(documents_, "Secret");
  EXPECT_EQ(secret["data"]["shoot.config"], "YQo=");
  EXPECT_EQ(secret["data"].size(), 2u);
  const auto volumes = named(of_kind(documents_, "Pipeline")["spec"]["tasks"], "a")["taskSpec"]["volumes"];
  EXPECT_EQ(named(volumes, "kubeconfigs")["projected"]["sources"][0]["secret"]["name"], "t");
}

TEST_F(EmitTektonTest, WhatCannotBeIsSaid) {
  define("plain");
  pipeline(
      "ttlSecondsAfterFinished: 5\ntestflow: [{name: a, pause: {enabled: true}, annotations: "
      "{testrun.harness/executor: host}, definition: {name: plain}}]",
      2);
  for (const auto* text :
       {"warning: a: does not pause there", "a: annotated for this machine",
        "TestDefinition plain: no image: it runs in buildpack-deps", "a folder of this machine",
        "ttlSecondsAfterFinished", "-attempts", "no kubeconfigs"})
    EXPECT_THAT(warnings_, HasSubstr(text));
}

}  // namespace
}  // namespace harness::testrun
