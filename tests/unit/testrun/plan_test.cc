#include "testrun/plan.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/text.h"
#include "testrun/loading.h"

namespace harness::testrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PlanningTest : public testing::Test, protected Loading {
 protected:
  PlanningTest() {
    define("p");
    define("s", "behavior: serial");
    define("d", "behavior: disruptive");
  }
  /// "a:p b:s(a)": steps, their definition and what they depend on; `more` after a "|": "b:s(a)|untrusted:
  /// true".
  const Flow& plan(const std::string& steps) {
    std::string text = "testflow:";
    for (const auto& word : split(steps, ' ')) {
      const auto open = word.find('('), close = word.find(')'), colon = word.find(':');
      const auto more = word.find('|') == std::string::npos ? "" : ", " + word.substr(word.find('|') + 1);
      const auto depends = open == std::string::npos ? "" : word.substr(open + 1, close - open - 1);
      text += "\n- {name: " + word.substr(0, colon) + ", dependsOn: [" + depends +
              "], definition: {name: " + word[colon + 1] + more + "}}";
    }
    const auto& flow = load(text).plan.testflow;
    EXPECT_THAT(problems(), IsEmpty());
    return flow;
  }
  static size_t index(const Flow& flow, const std::string& id) {
    const auto found =
        std::find_if(flow.nodes.begin(), flow.nodes.end(), [&](const auto& node) { return node.id == id; });
    return static_cast<size_t>(found - flow.nodes.begin());
  }
  static bool before(const Flow& flow, const std::string& a, const std::string& b) {
    return flow.dag.reaches(index(flow, a), index(flow, b));
  }
  static std::string source(const Flow& flow, const std::string& id) {
    const auto from = flow.nodes[index(flow, id)].artifacts_from;
    return from ? flow.nodes[*from].id : "";
  }
};

TEST_F(PlanningTest, OfSiblingsTheSerialOnesComeAfterTheParallelOnesAndTheDisruptiveOnesLast) {
  const auto& flow = plan("a:p d1:d(a) s1:s(a) p1:p(a) s2:s(a) p2:p(a)");
  EXPECT_FALSE(before(flow, "p1", "p2") || before(flow, "p2", "p1"));
  EXPECT_TRUE(before(flow, "p1", "s1") && before(flow, "p2", "s1"));
  EXPECT_TRUE(before(flow, "s1", "s2") && before(flow, "s2", "d1"));
}

TEST_F(PlanningTest, WhatComesAfterASiblingComesAfterTheSerialOnesToo) {
  const auto& flow = plan("a:p s:s(a) q:p(a) after-q:p(q)");
  EXPECT_TRUE(before(flow, "s", "after-q"));
}

TEST_F(PlanningTest, ASerialStepThatOthersWaitForIsNoCycle) {
  const auto& flow = plan("a:p s:s(a) q:p(a,s) r:s(q)");
  EXPECT_TRUE(before(flow, "s", "q"));
  EXPECT_FALSE(before(flow, "q", "s"));
  EXPECT_EQ(flow.dag.order().size(), 4u);
}

TEST_F(PlanningTest, TheFirstStepsAreSiblings) {
  const auto& flow = plan("s:s p:p");
  EXPECT_TRUE(before(flow, "p", "s"));
  EXPECT_TRUE(flow.nodes[index(flow, "s")].alone && flow.nodes[index(flow, "p")].alone);
}

TEST_F(PlanningTest, ArtifactsComeFromTheLastStepThatAllPassedThrough) {
  const auto& flow = plan("a:p b:p(a) c:p(a) d:p(b,c) e:p(d)");
  EXPECT_EQ(source(flow, "a"), "");
  EXPECT_EQ(source(flow, "b"), "a");
  EXPECT_EQ(source(flow, "d"), "a");
  EXPECT_EQ(source(flow, "e"), "d");
  EXPECT_TRUE(flow.nodes[index(flow, "d")].alone);
  EXPECT_FALSE(flow.nodes[index(flow, "b")].alone);
}

TEST_F(PlanningTest, ArtifactsComeFromNoStepThatMayHaveFailedOrIsUntrusted) {
  const auto& flow = plan("a:p b:p(a)|continueOnError: c:p(b) d:p(c)|untrusted: e:p(d)");
  EXPECT_EQ(source(flow, "c"), "b") << "continueOnError without a value is absent";
  const auto& set = load(
                        "testflow:\n- {name: a, definition: {name: p}}\n"
                        "- {name: b, dependsOn: [a], definition: {name: p, continueOnError: true}}\n"
                        "- {name: c, dependsOn: [b], definition: {name: p, untrusted: true}}\n"
                        "- {name: d, dependsOn: [c], definition: {name: p}}")
                        .plan.testflow;
  EXPECT_EQ(source(set, "c"), "a");
  EXPECT_EQ(source(set, "d"), "a");
}

TEST_F(PlanningTest, ArtifactsFromNamesAnAncestor) {
  const auto& flow = load(
                         "testflow:\n- {name: a, definition: {name: p}}\n"
                         "- {name: b, dependsOn: [a], definition: {name: p}}\n"
                         "- {name: c, dependsOn: [b], artifactsFrom: a, definition: {name: p}}")
                         .plan.testflow;
  EXPECT_EQ(source(flow, "c"), "a");
}

TEST_F(PlanningTest, AStepByLabelIsANodeADefinition) {
  define("x", "labels: \"a,b\"");
  define("y", "labels: [a]");
  const auto& flow = load(
                         "testflow:\n- {name: all, definition: {label: a}}\n"
                         "- {name: some, dependsOn: [all], definition: {label: \"a,!b\"}}")
                         .plan.testflow;
  ASSERT_EQ(flow.nodes.size(), 3u);
  EXPECT_EQ(flow.nodes[0].id, "all/x");
  EXPECT_EQ(flow.nodes[1].id, "all/y");
  EXPECT_EQ(flow.nodes[2].id, "some/y");
  EXPECT_THAT(flow.dag.parents(2), ElementsAre(0u, 1u));
}

TEST_F(PlanningTest, TheNearestConfigWins) {
  define("own", "config: [{type: env, name: D, value: definition}]");
  const auto env = [](const char* name, const char* value) {
    return std::string("{type: env, name: ") + name + ", value: " + value + "}";
  };
  const auto& plan =
      load("config: [" + env("A", "global") + ", " + env("B", "global") + ", " + env("C", "global") + ", " +
           env("D", "global") + "]\ntestflow:\n- {name: one, definition: {name: p, config: [" +
           env("B", "one") + ", " + env("C", "one") + ", " + env("E", "one") +
           ", {type: env, name: F, value: x, private: true}]}}\n- {name: two, dependsOn: [one], "
           "definition: {name: p, config: [" +
           env("E", "two") + "]}}\n- {name: three, dependsOn: [one, two], definition: {name: own, config: [" +
           env("C", "step") + ", " + env("D", "step") + "]}}")
          .plan;
  ASSERT_THAT(problems(), IsEmpty());
  std::string text;
  for (const auto& setting : plan.testflow.nodes[2].config)
    text += setting.element->name + "=" + setting.element->value.text + " " + setting.origin + "\n";
  EXPECT_EQ(text,
            "A=global global\nB=one shared by one\nC=step step\nD=definition TestDefinition\nE=two shared by "
            "two\n");
}

TEST_F(PlanningTest, DescribesWithoutSecrets) {
  const auto& loaded = load(
      "kubeconfigs: {shoot: \"c2VjcmV0\"}\n"
      "config: [{type: env, name: T, valueFrom: {secretKeyRef: {name: login, key: token}}}, {type: env, "
      "name: "
      "P, value: plain}]\n"
      "testflow: [{name: a, definition: {name: d, continueOnError: true}}]\n"
      "onExit: [{name: z, definition: {name: p, condition: error, untrusted: true}}]");
  const auto text = describe(loaded.plan, loaded.run);
  EXPECT_THAT(text, Not(HasSubstr("c2VjcmV0")));
  EXPECT_THAT(text, HasSubstr("kubeconfig shoot  (hidden) in the Testrun\n"));
  EXPECT_THAT(text, HasSubstr("    T=(hidden) Secret login/token  (global)\n"));
  EXPECT_THAT(text, HasSubstr("    P=plain  (global)\n"));
  EXPECT_THAT(text, HasSubstr("a  d  [disruptive]\n"));
  EXPECT_THAT(text, HasSubstr("onExit/z  p  [untrusted, on error]\n"));
  EXPECT_THAT(remarks(), HasSubstr("note: a: a disruptive definition never continues on error"));
}

}  // namespace
}  // namespace harness::testrun
