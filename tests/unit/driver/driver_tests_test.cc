// The driver program running tests on an instance that is there.
#include <gmock/gmock.h>
#include <signal.h>

#include <pugixml.hpp>

#include "base/process.h"
#include "driver/driver.h"
#include "support/fake_gtest.h"
#include "support/processes.h"

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

namespace {

class DriverTestsTest : public DriverTest {
 protected:
  DriverTestsTest() { write_instance(); }
  ~DriverTestsTest() override {
    EXPECT_THAT(calls(), MatchesRegex("(kubectl --kubeconfig [^ ]+ proxy --unix-socket [^ ]+\n)*"))
        << "-no-setup called another tool";
  }
};

TEST_F(DriverTestsTest, AllPass) {
  write_project(
      "hermetic: false\ntests:\n  - {name: TestOne, command: 'true'}\n  - {name: TestTwo, command: 'exit "
      "77'}\n");
  const auto end = run({"-no-setup", "-run=Test"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(
      end.out,
      MatchesRegex(
          "(PASS|SKIP) Test(One|Two) .*\n(PASS|SKIP) Test(One|Two) .*\n1 passed, 0 failed, 1 skipped\n"));
  EXPECT_THAT(end.err, MatchesRegex("time: tests 0\\.[0-9]s; 0\\.[0-9]s in all\n"));
}

TEST_F(DriverTestsTest, ATestKnowsItsInstance) {
  env_["KUBECONFIG"] = "/home/user/.kube/config";  // the user's own
  write_project(
      "tests: [{name: TestOne, command: 'echo $KUBECONFIG $HARNESS_URL $HARNESS_ARTIFACTS $MORE; [ -n "
      "\"$HARNESS_RUN_ID\" ]', env: {MORE: more}}]\n");
  EXPECT_EQ(run({"-no-setup", "-run=TestOne"}).code, 0);
  const auto dir = project_ / ".harness/default";
  EXPECT_EQ(file(".harness/default/artifacts/tests/TestOne.log"),
            (dir / "kubeconfig").string() + " http://localhost:8123 " +
                (dir / "artifacts/tests/TestOne.log.d").string() + " more\n");
}

TEST_F(DriverTestsTest, WhatAnEntryLeavesOut) {
  project_.write("suite",
                 fake_gtest({{"Deck", "Shows", ":"}, {"Deck", "Links", ":"}, {"Hook", "Takes", ":"}}), 0755);
  write_project("tests: [{gtest: suite, run: Deck, skip: Deck/Links}]\n");
  EXPECT_THAT(run({"-no-setup", "-all"}).out, EndsWith("\n1 passed, 0 failed\n"));
  EXPECT_EQ(run({"-no-setup", "-run=Links"}).code, 2);
  write_project("tests: [{gtest: suite, run: Dekc}]\n");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err,
              HasSubstr("components.yaml:2:9: run: and skip: of these tests: no test matches -run=Dekc "
                        "(did you mean \"Deck\"?)"));
}

TEST_F(DriverTestsTest, AnImageInTheEnvironmentThatTheFileHasNot) {
  write_project("tests: [{name: TestOne, command: 'true', env: {IMAGE: '" + registry() + "/web:v1'}}]\n");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("env: names the image web, and components.yaml has none of that name"));
}

TEST_F(DriverTestsTest, OneFails) {
  write_project(
      "tests:\n  - {name: TestGood, command: 'true'}\n  - {name: TestBad, command: 'echo why; exit 3'}\n");
  const auto end = run({"-no-setup", "-all", "-no-dump", "-artifacts=out"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("\nFAIL TestBad: exit code 3\nwhy\n  log:   " +
                                 (project_ / "out/tests/TestBad.log").string() +
                                 "\n  rerun: harness -no-setup -run='^TestBad$'\n"));
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 1 failed\n"));
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_file((project_ / "out/junit_01.xml").c_str()));
  EXPECT_TRUE(junit.select_node("//testcase[@name='TestBad']/failure[@message='exit code 3']"));
}

// The command that is offered for a failed test runs that test and no other.
TEST_F(DriverTestsTest, RerunMeansOneTest) {
  const std::string fails = "return 1";
  project_.write("suite",
                 fake_gtest({{"TestA", "Works", fails},
                             {"TestA", "AlsoWorks", fails},
                             {"TestAB", "Works", fails},
                             {"Sizes/TestP", "Works/0", fails},
                             {"Sizes/TestP", "Works/10", fails}}),
                 0755);
  write_project("tests: [{gtest: suite}]\n");
  const auto all = run({"-no-setup", "-no-dump", "-all"});
  EXPECT_EQ(all.code, 1);
  EXPECT_THAT(all.out, EndsWith("0 passed, 5 failed\n"));
  for (const std::string name : {"TestA/Works", "TestAB/Works", "Sizes/TestP/Works/0"}) {
    const auto at = all.out.find("\nFAIL " + name + ":");
    ASSERT_NE(at, std::string::npos) << all.out;
    const auto begin = all.out.find("-run='", at) + 6;
    const auto end =
        run({"-no-setup", "-no-dump", "-run=" + all.out.substr(begin, all.out.find('\'', begin) - begin)});
    EXPECT_THAT(end.out, HasSubstr("FAIL " + name + ":"));
    EXPECT_THAT(end.out, EndsWith("0 passed, 1 failed\n")) << name;
  }
}

TEST_F(DriverTestsTest, NoneIsSelected) {
  write_project("tests: [{name: TestServer, command: 'true'}]\n");
  const auto end = run({"-no-setup", "-run=TestServre"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("error: no test matches -run=TestServre (did you mean \"TestServer\"?)\n  "
                                 "hint: -list shows the tests\n"));
}

TEST_F(DriverTestsTest, WhatAKilledRunLeftIsGoneAfterTheNext) {
  write_project("tests: [{name: TestOne, command: 'mktemp > made; [ ! -e wait ] || sleep 600'}]\n");
  project_.write("wait", "");
  start({"-no-setup", "-all"});
  ASSERT_TRUE(eventually([&] { return !file("made").empty(); }));
  interrupt(SIGKILL);
  EXPECT_EQ(wait().signal, SIGKILL);
  EXPECT_FALSE(std::filesystem::is_empty(scratch_ / "tmp"));
  std::filesystem::remove(project_ / "wait");
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "tmp"));
}

TEST_F(DriverTestsTest, ThereIsNoInstance) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  std::filesystem::remove(project_ / ".harness/default/kubeconfig");
  const auto end = run({"-no-setup", "-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("there is no cluster " + cluster() + " to test on\n  hint: create it"));
}

TEST_F(DriverTestsTest, CtrlCEndsEveryTest) {
  const auto pids = (scratch_ / "pids").string();
  write_project("tests:\n  - {name: TestLong, command: 'sleep 600 & echo $! >> " + pids + "; echo $$ >> " +
                pids + "; wait'}\n  - {name: TestLater, command: 'echo ran > later'}\n");
  start({"-no-setup", "-all", "-j=1"});
  pids_in(pids, 2);
  interrupt(SIGINT);
  const auto end = wait();
  EXPECT_EQ(end.code, 130) << end.err;
  EXPECT_THAT(end.out, EndsWith("0 passed, 0 failed, 2 skipped\n"));
  EXPECT_EQ(file("later"), "");
  expect_gone("pids", 2);
  EXPECT_THAT(file(".harness/default/artifacts/junit_01.xml"), HasSubstr("TestLater"));
}

}  // namespace
