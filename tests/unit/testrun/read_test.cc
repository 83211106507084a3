#include "testrun/read.h"

#include <gmock/gmock.h>

#include "testrun/loading.h"

namespace harness::testrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReadTest : public testing::Test, protected Loading {
 protected:
  ReadTest() { define("one"); }
};

TEST_F(ReadTest, ADefinitionsNameMayHaveCapitals) {
  define("TestDefName");
  const auto& loaded = load("testflow: [{name: s, definition: {name: TestDefName}}]");
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(loaded.run.testflow[0].definition, "TestDefName");
}

TEST_F(ReadTest, ParametersStandForValues) {
  const auto& run = load(
                        "config: [{name: A, type: env, value: \"v${version}-$${version}-$HOME\"}]\n"
                        "testflow: [{name: s, definition: {name: \"${what}\"}}]",
                        {{"version", "1"}, {"what", "one"}})
                        .run;
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(run.config[0].value.text, "v1-${version}-$HOME");
  EXPECT_EQ(run.testflow[0].definition, "one");
  EXPECT_THAT(run.parameters, ElementsAre("version", "what"));
}

TEST_F(ReadTest, AParameterIsNoYaml) {
  load("testflow: [{name: s, definition: {name: \"${what}\"}}]", {{"what", "one}, continueOnError: true"}});
  EXPECT_THAT(problems(), HasSubstr("no TestDefinition \"one}, continueOnError: true\""));
}

TEST_F(ReadTest, AParameterWithoutAValueNamesTheNearest) {
  load("testflow: [{name: s, definition: {name: \"${waht}\"}}, {name: t, definition: {name: \"${what\"}}]",
       {{"what", "one"}});
  EXPECT_THAT(problems(), HasSubstr("${waht} has no value: give it with -set waht=VALUE, or write $${ for "
                                    "the text itself (did you mean \"what\"?)"));
  EXPECT_THAT(problems(), HasSubstr("${ is not closed by }"));
}

TEST_F(ReadTest, ThePositionIsThatInTheFile) {
  load("testflow:\n- name: s\n  definition:\n    name: noe");
  EXPECT_THAT(problems(),
              HasSubstr("testrun.yaml:8:13: no TestDefinition \"noe\" in location set \"here\" (did you mean "
                        "\"one\"?)\n          name: noe\n                ^"));
}

TEST_F(ReadTest, AFilesPathIsAbsoluteAndNoFolder) {
  const auto path = [this](const std::string& written, const std::string& name) {
    return load("config: [{type: file, value: \"aGkK\", path: " + written + ", name: \"" + name + "\"}]\n" +
                "testflow: [{name: s, definition: {name: one}}]")
        .run.config[0]
        .path;
  };
  EXPECT_EQ(path("a/b", "f"), "/a/b");
  EXPECT_EQ(path("/x/", "f"), "/x/f");
  EXPECT_EQ(path("../../c", "f"), "/c");
  EXPECT_EQ(path("/x/", "../../../f"), "/f");
  EXPECT_THAT(problems(), IsEmpty());
  path("/", "..");
  EXPECT_THAT(problems(), HasSubstr("config \"..\": path and name are those of a folder"));
}

TEST_F(ReadTest, TheNameOfARun) {
  const auto base = [this](const std::string& metadata) {
    return load_file(files_.write("my-run.yaml",
                                  "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\n" +
                                      metadata + "spec: {testflow: [{name: s, definition: {name: one}}]}\n"))
        .run.base_name;
  };
  EXPECT_EQ(base("metadata: {name: a, generateName: b-}\n"), "a");
  EXPECT_EQ(base("metadata: {generateName: b-}\n"), "b");
  EXPECT_EQ(base(""), "my-run");
}

TEST_F(ReadTest, AListOfListsIsOneAfterTheOther) {
  define("two");
  define("three");
  const auto& run = load(
                        "testFlow: [[{name: one}], [{name: two}, {name: one}], [{name: three}]]\n"
                        "onExit: [[{name: one, condition: error}]]")
                        .run;
  EXPECT_THAT(problems(), IsEmpty());
  ASSERT_EQ(run.testflow.size(), 4u);
  EXPECT_EQ(run.testflow[2].name, "one-2");
  EXPECT_THAT(run.testflow[1].depends_on, ElementsAre("one"));
  EXPECT_THAT(run.testflow[2].depends_on, ElementsAre("one"));
  EXPECT_THAT(run.testflow[3].depends_on, ElementsAre("two", "one-2"));
  EXPECT_EQ(run.on_exit[0].condition, Condition::error);
  EXPECT_EQ(run.on_exit[0].name, "one");
}

TEST_F(ReadTest, WhatIsNoTestrun) {
  load_file(files_.write("x.yaml", "kind: Pod\n"));
  EXPECT_THAT(problems(), HasSubstr("kind must be Testrun"));
  EXPECT_THAT(problems(), HasSubstr("apiVersion must be testmachinery.sapcloud.io/v1beta1"));
  EXPECT_THAT(problems(), HasSubstr("\"spec\" is missing"));
  load_file(files_.write("x.yaml", "kind: [\n"));
  EXPECT_THAT(problems(), HasSubstr("x.yaml:2:1: "));
}

TEST_F(ReadTest, AnyShapeOfYamlIsReadOrRefused) {
  for (const char* spec :
       {"testflow: text", "testflow: [text]", "testflow: {a: b}", "testflow: [[text]]",
        "testflow: [{name: [a], definition: {name: {a: b}}}]", "config: {a: b}", "config: [[a]]",
        "kubeconfigs: [a]", "kubeconfigs: {shoot: [a]}", "locationSets: {a: b}", "locationSets: [a]",
        "testLocations: [[]]", "onExit: text", "testflow: [{name: a, dependsOn: {b: c}, pause: yes}]",
        "ttlSecondsAfterFinished: 99999999999"}) {
    load(spec);
    EXPECT_THAT(problems(), HasSubstr("testrun.yaml:5:")) << spec;
  }
}

}  // namespace
}  // namespace harness::testrun
