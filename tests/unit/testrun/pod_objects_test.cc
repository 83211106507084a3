#include "testrun/pod_objects.h"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include "base/process.h"
#include "testrun/loading.h"

namespace harness::testrun {
namespace {

using nlohmann::json;
using testing::IsEmpty;

class PodObjectsTest : public testing::Test, protected Loading {
 protected:
  /// The one step of a Testrun whose definition has this spec.
  const Node& node(const std::string& definition, const std::string& more = "") {
    files_.write(".test-defs/d.yaml",
                 "kind: TestDefinition\nmetadata: {name: d}\nspec: {owner: a@b.c, " + definition + "}\n");
    defaults_.executor = ExecutorKind::pod;
    const auto& plan = load("testflow: [{name: s, definition: {name: d" + more + "}}]").plan;
    EXPECT_THAT(problems(), IsEmpty());
    return plan.testflow.nodes.at(0);
  }
  json job(const Node& node) const { return job_of(node, settings_, Phase::running); }
  static json main_of(const json& job) { return job["spec"]["template"]["spec"]["containers"][0]; }
  static json env_of(const json& job) {
    json env;
    for (const auto main = main_of(job); const auto& one : main["env"])
      env[one["name"].get<std::string>()] = one.contains("value") ? one["value"] : one["valueFrom"];
    return env;
  }

  const PodSettings settings_{
      .name = "run-1", .name_space = "default", .helper_image = "helper", .env = {{"TM_TESTRUN_ID", "run"}}};
};

TEST_F(PodObjectsTest, TheDefinitionsOwn) {
  const auto one =
      job(node("image: debian:12, command: [sh, -c], args: [true], activeDeadlineSeconds: 60, resources: "
               "{requests: {memory: 50Mi, cpu: 0.1}}"));
  const auto main = main_of(one);
  EXPECT_EQ(main["image"], "debian:12");
  EXPECT_EQ(main["command"], (json{"sh", "-c"}));
  EXPECT_EQ(main["args"], (json{"true"}));
  EXPECT_EQ(main["workingDir"], "/tm/repo");
  EXPECT_EQ(main["resources"], (json{{"requests", {{"memory", "50Mi"}, {"cpu", "0.1"}}}}));
  EXPECT_EQ(one["metadata"]["name"], "run-1");
  EXPECT_EQ(one["spec"]["backoffLimit"], 0);
}

TEST_F(PodObjectsTest, WithoutImageAndCommand) {
  const auto main = main_of(job(node("labels: [a]")));
  EXPECT_EQ(main["image"], "helper");
  EXPECT_FALSE(main.contains("command") || main.contains("args") || main.contains("resources"));
}

TEST_F(PodObjectsTest, TheEnvironment) {
  const auto env = env_of(
      job(node("config: [{type: env, name: A, value: a}, {type: env, name: P, valueFrom: {secretKeyRef: "
               "{name: login, key: "
               "password}}}, {type: env, name: C, valueFrom: {configMapKeyRef: {name: c, key: k}}}]")));
  EXPECT_EQ(env["A"], "a");
  EXPECT_EQ(env["P"], (json{{"secretKeyRef", {{"name", "login"}, {"key", "password"}}}}));
  EXPECT_EQ(env["C"], (json{{"configMapKeyRef", {{"name", "c"}, {"key", "k"}}}}));
  EXPECT_EQ(env["TM_TESTRUN_ID"], "run");
  EXPECT_EQ(env["TM_PHASE"], "Running");
  EXPECT_EQ(env["TM_REPO_PATH"], "/tm/repo");
  EXPECT_EQ(env["TM_SHARED_PATH"], "/tm/shared");
}

TEST_F(PodObjectsTest, KubernetesReplacesNothingInTexts) {
  const auto main = main_of(
      job(node("command: [sh, -c, \"echo $$ $(A) $A $\"], config: [{type: env, name: A, value: \"$(B)\"}]")));
  EXPECT_EQ(main["command"][2], "echo $$$ $$(A) $A $");
  EXPECT_EQ(env_of(job(node("config: [{type: env, name: A, value: \"$(B)\"}]")))["A"], "$$(B)");
}

TEST_F(PodObjectsTest, FilesAreAtTheirPaths) {
  const auto& one = node(
      "config: [{type: file, name: greeting, path: /etc/greeting, value: \"aGkK\"}, {type: file, name: key, "
      "path: key, valueFrom: "
      "{secretKeyRef: {name: login, key: id}}}]");
  EXPECT_EQ(json(secret_of(one, settings_))["data"], (json{{"greeting", "aGkK"}}));
  const auto made = job(one);
  EXPECT_EQ(env_of(made)["greeting"], "/etc/greeting");
  EXPECT_EQ(env_of(made)["key"], "/key");
  const auto main = main_of(made);
  EXPECT_EQ(main["volumeMounts"][1],
            (json{{"name", "file-1"}, {"mountPath", "/etc/greeting"}, {"subPath", "content"}}));
  EXPECT_EQ(main["volumeMounts"][2]["mountPath"], "/key");
  const auto pod = made["spec"]["template"]["spec"];
  EXPECT_EQ(pod["volumes"][1]["secret"]["secretName"], "run-1");
  EXPECT_EQ(pod["volumes"][2]["secret"],
            (json{{"secretName", "login"}, {"items", {{{"key", "id"}, {"path", "content"}}}}}));
  EXPECT_TRUE(json(secret_of(node("labels: [a]"), settings_)).is_null());
}

TEST_F(PodObjectsTest, AnUntrustedOneGetsNothingOfSecrets) {
  const auto made =
      job(node("config: [{type: env, name: P, valueFrom: {secretKeyRef: {name: login, key: password}}}, "
               "{type: file, name: k, path: /k, "
               "valueFrom: {secretKeyRef: {name: login, key: id}}}, {type: env, name: A, value: a}]",
               ", untrusted: true"));
  const auto env = env_of(made);
  EXPECT_FALSE(env.contains("P") || env.contains("k") || env.contains("TM_SHARED_PATH"));
  EXPECT_EQ(env["A"], "a");
  EXPECT_EQ(made["spec"]["template"]["spec"]["volumes"].size(), 1u);
}

TEST_F(PodObjectsTest, AContainerEndsAfterTheCommandThatLetsItGoOn) {
  const auto pod = job(node("labels: [a]"))["spec"]["template"]["spec"];
  const auto here = [this](std::string program) {
    for (size_t at = 0; (at = program.find(kPodFolder, at)) != std::string::npos;
         at += files_.root().string().size())
      program.replace(at, kPodFolder.size(), files_.root());
    return program;
  };
  for (const auto& [file, container] : std::map<std::string, json>{{kReadyFile, pod["initContainers"][0]},
                                                                   {kDoneFile, pod["containers"][1]}}) {
    const auto waits = container["command"], ends = json(lets_go_on(file));
    auto program = waits[2].get<std::string>();
    RE2::GlobalReplace(&program, R"(\$\$\()", "$(");  // as the kubelet does
    // What comes after the command stands for the way from its end to who called it.
    const auto both =
        R"(sh -c "$ENDS sleep 0.3; touch ended" "$FILE" & sh -c "$WAITS" "$FILE"; test -e ended)";
    EXPECT_EQ(run({.args = {"sh", "-c", both},
                   .dir = files_.root(),
                   .env = {{"ENDS", ends[2]}, {"WAITS", program}, {"FILE", here(ends[3])}}})
                  .exit_code,
              0);
    EXPECT_EQ(waits[3], ends[3]);
    std::filesystem::remove(files_ / "ended");
  }
}

TEST_F(PodObjectsTest, TheExecutorIsTheStepsThenTheFlagsThenTheTestruns) {
  define("one");
  const auto executors = [this](const std::string& run_says, std::optional<ExecutorKind> flag) {
    defaults_.executor = flag;
    const auto& nodes =
        load_file(
            files_.write(
                "e.yaml",
                "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {annotations: {" +
                    run_says +
                    "}}\nspec: {testLocations: [{type: local, hostPath: .}], testflow: [{name: a, "
                    "definition: {name: one}}, {name: b, annotations: "
                    "{testrun.harness/executor: host}, definition: {name: one}}]}\n"))
            .plan.testflow.nodes;
    EXPECT_THAT(problems(), IsEmpty());
    std::string text;
    for (const auto& node : nodes) text += node.executor == ExecutorKind::pod ? "pod " : "host ";
    return text;
  };
  EXPECT_EQ(executors("", {}), "host host ");
  EXPECT_EQ(executors("testrun.harness/executor: pod", {}), "pod host ");
  EXPECT_EQ(executors("testrun.harness/executor: pod", ExecutorKind::host), "host host ");
  EXPECT_EQ(executors("", ExecutorKind::pod), "pod host ");
  load("testflow: [{name: a, annotations: {testrun.harness/executor: vm}, definition: {name: one}}]");
  EXPECT_THAT(problems(), testing::HasSubstr("testrun.harness/executor: \"vm\" must be host or pod"));
}

}  // namespace
}  // namespace harness::testrun
