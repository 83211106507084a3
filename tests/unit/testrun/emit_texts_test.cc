// What a step says arrives as it is: what the emitted object gives, once the engine and Kubernetes have
// replaced in it what they replace.
#include <fmt/format.h>

#include <re2/re2.h>

#include <random>

#include "base/base64.h"
#include "base/error.h"
#include "base/process.h"
#include "driver/yaml_json.h"
#include "support/errors.h"
#include "testrun/emit/yaml.h"
#include "testrun/emitting.h"

namespace harness::testrun {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Variables = std::map<std::string, std::string>;

/// As https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
/// says it.
std::string expanded(const std::string& text, const Variables& variables) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto end = text.find(')', i);
    if (text[i] != '$' || i + 1 == text.size()) {
      result += text[i];
    } else if (text[i + 1] == '$') {
      result += text[i++];
    } else if (text[i + 1] == '(' && end != std::string::npos) {
      const auto found = variables.find(text.substr(i + 2, end - i - 2));
      result += found == variables.end() ? text.substr(i, end - i + 1) : found->second;
      i = end;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// What the engine replaces is something else afterwards.
std::string replaced(Engine engine, std::string text) {
  static const RE2 of_tekton(R"(\$\((?:params|context|workspaces|tasks|steps|results)[^)]*\))"),
      of_argo(R"(\{\{[^}]*\}\})");
  if (engine == Engine::tekton) RE2::GlobalReplace(&text, of_tekton, "another text");
  if (engine == Engine::argo) RE2::GlobalReplace(&text, of_argo, "another text");
  return text;
}

/// What a program finds.
struct Arrived {
  std::vector<std::string> command, args;
  Variables env;
};

class EmitTextsTest : public testing::Test, protected Emitting {
 protected:
  /// A Testrun with these arguments and this value, emitted, written as YAML and read again.
  Arrived arrived(Engine engine, const std::vector<std::string>& args, const std::string& value) {
    files_.write(".test-defs/texts.yaml",
                 "kind: TestDefinition\nmetadata: {name: texts}\nspec: {owner: a@example.com, image: debian, "
                 "command: " +
                     json(args).dump() + ", args: " + json(args).dump() + "}\n");
    const auto documents = emit(engine, "config: [{name: V, type: env, value: " + json(value).dump() +
                                            "}]\ntestflow: [{name: a, definition: {name: texts}}]");
    json container, secret = {{"data", json::object()}};
    for (const auto& one : documents) {
      const auto text = yaml_text({one});
      const json document = to_json(YAML::Load(text));
      EXPECT_EQ(document, json(one)) << text;
      if (document["kind"] == "Secret") secret = document;
      if (document["kind"] == "Pipeline")
        container = named(document["spec"]["tasks"][0]["taskSpec"]["steps"], "main");
      if (document["kind"] == "Workflow") container = named(document["spec"]["templates"], "a")["container"];
      if (document["kind"] == "Job") container = document["spec"]["template"]["spec"]["containers"][0];
    }
    Arrived found;
    for (const auto& entry : container["env"]) {
      const std::string name = entry["name"];
      if (entry.contains("valueFrom"))
        found.env[name] =
            base64_decoded(
                secret["data"].value(entry["valueFrom"]["secretKeyRef"]["key"].get<std::string>(), ""))
                .value_or("");
      else
        found.env[name] = expanded(replaced(engine, entry["value"]), found.env);
    }
    for (const auto& one : container["command"])
      found.command.push_back(expanded(replaced(engine, one), found.env));
    for (const auto& one : container["args"])
      found.args.push_back(expanded(replaced(engine, one), found.env));
    return found;
  }
  void expect_same(const std::vector<std::string>& args, const std::string& value) {
    for (const auto engine : {Engine::tekton, Engine::argo, Engine::kubernetes}) {
      defaults_.only_pods = true;
      const auto found = arrived(engine, args, value);
      const auto what =
          fmt::format("engine {}: {} {}", static_cast<int>(engine), json(args).dump(), json(value).dump());
      EXPECT_EQ(found.command, args) << what;
      EXPECT_EQ(found.args, args) << what;
      EXPECT_EQ(found.env.at("V"), value) << what;
    }
  }
};

TEST_F(EmitTextsTest, WhatMeansSomethingToAnEngine) {
  const std::vector<std::string> texts{"$(params.x)",
                                       "$(params.phase)",
                                       "$(params[\"x\"])",
                                       "$(context.taskRun.name)",
                                       "$(workspaces.testrun.path)",
                                       "$(steps.a)",
                                       "$(results.a.path)",
                                       "$(V)",
                                       "$(HOME) $$(HOME)",
                                       "$$",
                                       "$$$",
                                       "$$$(V)",
                                       "$",
                                       "$(",
                                       "$()",
                                       "$(unclosed",
                                       "a$$b$(c",
                                       "{{x}}",
                                       "{{workflow.name}}",
                                       "{{=1+1}}",
                                       "{{{{",
                                       "}}",
                                       "%(x)s",
                                       "line\nline\n",
                                       "\n",
                                       " a ",
                                       "'\"\\`",
                                       "é😀",
                                       "\xEF\xBF\xBF",
                                       "\xEF\xBF\xBE{{x}}$(y)",
                                       "#x",
                                       "a: b",
                                       "true",
                                       "010",
                                       "HARNESS_TEXT_0",
                                       "$(HARNESS_TEXT_000000000000)"};
  for (const auto& text : texts) expect_same({"sh", text}, text);
  expect_same(texts, "x");
}

TEST_F(EmitTextsTest, AtRandom) {
  const std::vector<std::string> parts{"$",
                                       "$$",
                                       "$(",
                                       ")",
                                       "(",
                                       "params.phase",
                                       "context.taskRun.name",
                                       "tasks.status",
                                       "V",
                                       "HOME",
                                       "TM_PHASE",
                                       "{{",
                                       "}}",
                                       "{{=",
                                       "workflow.name",
                                       "x",
                                       " ",
                                       "\n",
                                       "\"",
                                       "'",
                                       "\\",
                                       "é",
                                       "\xEF\xBF\xBF",
                                       "%",
                                       "`",
                                       "#",
                                       ": ",
                                       "-"};
  std::mt19937 random(1);
  const auto text = [&] {
    std::string made;
    for (auto left = random() % 9; left > 0; --left) made += parts[random() % parts.size()];
    return made;
  };
  for (int i = 0; i < 60; ++i) expect_same({"sh", text(), text(), text()}, "v" + text());
}

TEST_F(EmitTextsTest, WhatNoPodCanBeGiven) {
  defaults_.only_pods = true;
  for (const auto* value : {"\"a\\0b\""}) {
    define("one", "image: debian");
    const auto& loaded = load(std::string("config: [{name: V, type: env, value: ") + value +
                              "}]\ntestflow: [{name: a, definition: {name: one}}]");
    const auto error =
        error_of([&] { testrun::emit(loaded, {.engine = Engine::kubernetes, .root = files_.root()}); });
    EXPECT_THAT(error.what(), HasSubstr("a: the configuration's V has bytes that no pod can be given"));
  }
}

TEST_F(EmitTextsTest, WhereThereIsNoOtherWayItIsAnError) {
  defaults_.only_pods = true;
  define("one", "image: debian");
  for (const auto& [engine, path] :
       {std::pair(Engine::tekton, "/etc/$(params.phase2)"), {Engine::argo, "/etc/{{x}}"}}) {
    const auto& loaded = load(std::string("config: [{name: f, type: file, path: \"") + path +
                              "\", value: YQo=}]\ntestflow: [{name: a, definition: {name: one}}]");
    const auto error =
        error_of([&, engine = engine] { testrun::emit(loaded, {.engine = engine, .root = files_.root()}); });
    EXPECT_THAT(error.what(), HasSubstr(path));
    EXPECT_EQ(error.details.exit_code, kUsage);
  }
}

// Tekton's entrypoint looks at arguments and variables in the pod, where Kubernetes has replaced all else.
TEST_F(EmitTextsTest, WhatTektonReplacesInThePod) {
  defaults_.only_pods = true;
  for (const auto* text : {"$(steps.a.results.b)", "x $(steps.a.results.b[*]) y", "$(steps.a.outputs.b)",
                           "$(steps.a.inputs.b)"}) {
    const auto refused = [&](const std::string& program, const std::string& value) {
      define("one", "image: debian, args: [" + json(program).dump() + "]");
      const auto& loaded = load("config: [{name: V, type: env, value: " + json(value).dump() +
                                "}]\ntestflow: [{name: a, definition: {name: one}}]");
      EXPECT_NO_THROW(testrun::emit(loaded, {.engine = Engine::argo, .root = files_.root()}));
      const auto error =
          error_of([&] { testrun::emit(loaded, {.engine = Engine::tekton, .root = files_.root()}); });
      EXPECT_THAT(error.what(), StartsWith("a: an argument or a variable has $(steps.a.")) << text;
      EXPECT_EQ(error.details.exit_code, kUsage);
    };
    refused(text, "x");
    refused("x", text);
  }
}

TEST_F(EmitTextsTest, CredentialsOfARepositoryAreInASecret) {
  defaults_.only_pods = true;
  define("one", "image: debian");
  const auto text =
      "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t, annotations: "
      "{testrun.harness/repository: \"https://me:geheim@example.com/r.git\"}}\n"
      "spec: {testLocations: [{type: local, hostPath: .}], testflow: [{name: a, definition: {name: one}}]}\n";
  files_.write("x", "");
  ASSERT_TRUE(
      run({.args = {"sh", "-ec", "git init -q; git add x; git -c user.name=a -c user.email=a@b commit -qm x"},
           .dir = files_.root()})
          .ok());
  const auto& loaded = load_file(files_.write("t.yaml", text));
  for (const auto engine : {Engine::tekton, Engine::argo, Engine::kubernetes}) {
    const auto emitted = yaml_text(emit(engine, loaded));
    EXPECT_THAT(emitted, Not(HasSubstr("geheim")));
    EXPECT_THAT(emitted, HasSubstr(base64_encoded("https://me:geheim@example.com/r.git")));
    EXPECT_THAT(warnings_, Not(HasSubstr("geheim")));
  }
}

TEST_F(EmitTextsTest, AFlagOfAJobOfProw) {
  define("one");
  const auto& loaded = load_file(
      files_.write("p.yaml",
                   "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t, "
                   "annotations: {testrun.harness/repository: \"https://github.com/org/repo\"}}\n"
                   "spec: {testLocations: [{type: local, hostPath: .}], testflow: [{name: a, definition: "
                   "{name: one}}]}\n"));
  const auto documents =
      testrun::emit(loaded,
                    {.engine = Engine::presubmit, .root = files_.root(), .flags = {"-set=a=$(HOME) $$ x"}})
          .documents;
  const std::string flag = documents[0]["presubmits"]["org/repo"][0]["spec"]["containers"][0]["args"][3];
  EXPECT_EQ(expanded(flag, {{"HOME", "/root"}}), "-set=a=$(HOME) $$ x");
}

}  // namespace
}  // namespace harness::testrun
