// uses: a run of some tests builds and deploys what these need.
#include <gmock/gmock.h>

#include "driver/with_cluster.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverUsesTest : public DriverWithClusterTest {
 protected:
  DriverUsesTest() { write_tests("{name: TestOne, command: 'true', uses: [three]}"); }
  void write_tests(const std::string& first) {
    const auto yaml = tree_.read("components.yaml");
    tree_.write("components.yaml", yaml.substr(0, yaml.find("tests:")) + "tests: [" + first +
                                       ", {name: TestAll, command: 'true'}, {name: TestNone, command: "
                                       "'true', uses: []}]\n");
  }
};

TEST_F(DriverUsesTest, OnlyWhatTheChosenTestsUseAndWhatThatComesAfter) {
  const auto end = expect_success({"-run=TestOne"});
  EXPECT_THAT(end.err, HasSubstr("not deployed by this run, since no chosen test uses them: two"));
  EXPECT_THAT(end.err, AllOf(HasSubstr("deploy    one"), HasSubstr("deploy    three")));
  EXPECT_THAT(end.err, Not(HasSubstr("deploy    two")));
  EXPECT_THAT(file(".harness/default/artifacts/results.json"),
              HasSubstr("not deployed by this run, since no chosen test uses them: two"));
  EXPECT_THAT(expect_success({"-run=TestNone"}).err, Not(HasSubstr("deploy    t")));
}

TEST_F(DriverUsesTest, ATestThatSaysNothingUsesEverything) {
  EXPECT_THAT(expect_success({"-run=TestOne|TestAll"}).err,
              AllOf(HasSubstr("deploy    two"), Not(HasSubstr("not deployed"))));
}

TEST_F(DriverUsesTest, AllDeploysEverything) {
  EXPECT_THAT(expect_success({"-all", "-keep"}).err,
              AllOf(HasSubstr("deploy    two"), Not(HasSubstr("not deployed"))));
}

// What this run did not deploy may be of an older tree: that is said, and is no error.
TEST_F(DriverUsesTest, WhatIsNotUsedMayBeStale) {
  expect_success({"-run=TestAll"});
  auto manifest = tree_.read("manifests/two.yaml");
  tree_.write("manifests/two.yaml",
              manifest + "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n");
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, HasSubstr("no chosen test uses them: two"));
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestOne"}).err, Not(HasSubstr("warning")));
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestAll"}).err, HasSubstr("component two"));
}

TEST_F(DriverUsesTest, WhatIsUsedIsNeverStale) {
  expect_success({"-run=TestAll"});
  auto manifest = tree_.read("manifests/one.yaml");
  tree_.write("manifests/one.yaml",
              manifest + "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n");
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, HasSubstr("deploy    one"));
}

// A test that starts pods by itself gets no image of an older tree.
TEST_F(DriverUsesTest, ImagesThatWereNotMadeAreNotThere) {
  write_tests("{name: TestOne, command: 'cat \"$HARNESS_IMAGES\"', uses: []}");
  expect_success({"-run=TestAll"});
  const auto images = [&](const std::vector<std::string>& args) {
    expect_success(args);
    return file(".harness/default/artifacts/tests/TestOne.log");
  };
  const auto all = images({"-run=TestOne|TestAll"}), used = images({"-run=TestOne"});
  EXPECT_THAT(all, AllOf(HasSubstr("\"app\""), HasSubstr("\"web\"")));
  EXPECT_THAT(used, Not(HasSubstr("\"app\"")));
  EXPECT_EQ(images({"-no-setup", "-run=TestOne"}), used);
}

TEST_F(DriverUsesTest, ItIsShown) {
  EXPECT_THAT(expect_success({"-list", "-verbose"}).out,
              AllOf(HasSubstr("TestOne   uses: one, three\n"), HasSubstr("TestAll   uses: all\n"),
                    HasSubstr("TestNone  uses: none")));
  EXPECT_THAT(expect_success({"-dry-run", "-run=TestOne"}).out,
              AllOf(HasSubstr("uses      TestOne: one, three\n"), HasSubstr("uses      TestAll: all\n")));
}

TEST_F(DriverUsesTest, AnUnknownNameIsAnError) {
  write_tests("{name: TestOne, command: 'true', uses: [tree]}");
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err,
              HasSubstr("a test's \"uses\": there is no component \"tree\" (did you mean \"three\"?)"));
  EXPECT_THAT(end.err, HasSubstr("components.yaml:"));
}

/// With a builder of tests, and an entry that is listed; each of them leaves a line when it runs.
class DriverListedOnceTest : public DriverUsesTest {
 protected:
  void write(const std::string& builder, const std::string& list) {
    write_tests(
        "{name: TestOne, command: 'echo $HARNESS_TESTS', builder: mk, junit: x.xml, uses: [three], list: "
        "'echo listed >> "
        "lists; " +
        list + "'}");
    auto yaml = tree_.read("components.yaml");
    const std::string builders = "builders: {";
    yaml.insert(yaml.find(builders) + builders.size(), "mk: 'echo built >> builds; " + builder + "', ");
    tree_.write("components.yaml", yaml);
  }
  /// What a failure looks like that is told once, before anything else is begun.
  void expect_told_once(const std::string& error, const std::string& why) {
    const auto end = run({"-run=TestNone"});
    EXPECT_EQ(end.code, 4);
    EXPECT_THAT(end.err, AllOf(HasSubstr(error), Not(HasSubstr("cluster   "))));
    EXPECT_EQ(end.err.find(why), end.err.rfind(why)) << end.err;
    EXPECT_EQ(file("builds"), "built\n");
  }
};

TEST_F(DriverListedOnceTest, ByTheRunThatChooses) {
  write("true", "echo a");
  EXPECT_THAT(expect_success({"-run=TestNone"}).err, HasSubstr("no chosen test uses them: one, three, two"));
  EXPECT_EQ(file("lists"), "listed\n");
  EXPECT_EQ(file("builds"), "built\n");
}

TEST_F(DriverListedOnceTest, AListThatFails) {
  write("true", "echo out of order; exit 1");
  expect_told_once("error: cannot list the tests of TestOne", "| out of order");
  EXPECT_EQ(file("lists"), "listed\n");
}

TEST_F(DriverListedOnceTest, ABuilderThatFails) {
  write("echo out of order; exit 1", "echo a");
  expect_told_once("error: ", "| out of order");
  EXPECT_EQ(file("lists"), "");
}

TEST_F(DriverListedOnceTest, NoTestThatMatches) {
  write("true", "echo a");
  const auto end = run({"-run=TestNine"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err,
              AllOf(HasSubstr("error: no test matches -run=TestNine"), Not(HasSubstr("cluster   "))));
  EXPECT_EQ(file("lists"), "listed\n");
}

}  // namespace
