// harness testrun: flags, what it prints and leaves, exit codes.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>

#include "driver/driver.h"
#include "support/processes.h"
#include "testrun/fake_bulk.h"

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

class DriverTestrunTest : public DriverTest {
 protected:
  void define(const std::string& name, const std::string& command) const {
    project_.write("tests/testdefs/" + name + ".yaml",
                   "kind: TestDefinition\nmetadata: {name: " + name +
                       "}\nspec: {owner: owner@example.com, recipientsOnFailure: list@example.com, command: "
                       "[sh, -c, \"" +
                       command + "\"]}\n");
  }
  void testrun(const std::string& spec, const std::string& file = "t.yaml") const {
    project_.write(file,
                   "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nspec: {" + spec + "}\n");
  }
  /// The one run's folder.
  fs::path only_run() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(project_ / ".harness/runs")) all.push_back(entry.path());
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? fs::path() : all.front();
  }
};

TEST_F(DriverTestrunTest, AFailureIsShownWithWhoIsToKnow) {
  define("good", "true");
  define("bad", R"(printf '\\033[31mbecause\\033[0m\\n'; exit 3)");
  testrun("testflow: [{name: a, definition: {name: bad}}], onExit: [{name: b, definition: {name: good}}]");
  const auto end = run({"testrun", "t.yaml"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("\nFailed a: exit code 3\nbecause\n  owner: owner@example.com\n  tell:  "
                                 "list@example.com\n  log:   "));
  EXPECT_THAT(end.out, HasSubstr("): 1 Succeeded, 1 Failed; a: exit code 3\n"));
  EXPECT_THAT(text_of(only_run() / "testflow/a/log.txt"), "\x1b[31mbecause\x1b[0m\n");
}

TEST_F(DriverTestrunTest, ValidateAndDryRunRunNothing) {
  define("good", "touch ran");
  testrun("testflow: [{name: a, definition: {name: good}}]");
  const auto valid = run({"testrun", "validate", "t.yaml"});
  EXPECT_EQ(valid.code, 0) << valid.err;
  EXPECT_EQ(valid.out, "t.yaml: valid\n");
  EXPECT_THAT(run({"testrun", "t.yaml", "-dry-run"}).out, HasSubstr("a  good\n"));
  testrun("testflow: [{name: a, definition: {name: goood}}]");
  const auto wrong = run({"testrun", "t.yaml"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(
      wrong.err,
      HasSubstr("t.yaml:3:48: no TestDefinition \"goood\" in the locations (did you mean \"good\"?)"));
  EXPECT_FALSE(fs::exists(project_ / "ran") || fs::exists(project_ / ".harness/runs"));
}

TEST_F(DriverTestrunTest, AFolderOfTestrunsAndParameters) {
  define("good", "echo $A >> ran");
  testrun("config: [{type: env, name: A, value: \"1${x}\"}], testflow: [{name: a, definition: {name: good}}]",
          "runs/1.yaml");
  testrun("config: [{type: env, name: A, value: \"2${y}\"}], testflow: [{name: a, definition: {name: good}}]",
          "runs/2.yml");
  project_.write("runs/other.yaml", "kind: Other\n");
  EXPECT_EQ(run({"testrun", "runs", "-set", "x=X", "-set=y=a=b"}).code, 0);
  EXPECT_EQ(file("ran"), "1X\n2a=b\n");
  const auto unused = run({"testrun", "runs", "-set=x=1", "-set=y=1", "-set=xx=1"});
  EXPECT_EQ(unused.code, 2);
  EXPECT_THAT(unused.err, HasSubstr("-set xx: there is no ${xx} in runs (did you mean \"x\"?)"));
}

TEST_F(DriverTestrunTest, AttemptsEndWithTheFirstThatSucceeds) {
  define("third", "echo x >> count; [ $(wc -l < count) -ge 3 ]");
  testrun("testflow: [{name: a, definition: {name: third}}]");
  EXPECT_EQ(run({"testrun", "t.yaml", "-attempts=2"}).code, 1);
  EXPECT_EQ(run({"testrun", "t.yaml", "-attempts=9"}).code, 0);
  EXPECT_EQ(file("count"), "x\nx\nx\n");
}

TEST_F(DriverTestrunTest, CtrlCEndsWhatRunsAndOnExitRuns) {
  define("slow", "echo $$ > pid; exec sleep 600");
  define("clean", "sleep 0.2; echo $TM_PHASE > cleaned");
  testrun("testflow: [{name: a, definition: {name: slow}}], onExit: [{name: b, definition: {name: clean}}]");
  FakeBulk bulk;
  start({"testrun", "t.yaml", "-artifacts=out", "-es-url=" + bulk.url()});
  const auto pids = pids_in(project_ / "pid", 1);
  interrupt(SIGINT);
  const auto end = wait();
  EXPECT_EQ(end.code, 130);
  EXPECT_THAT(end.out, HasSubstr("Error a ("));
  EXPECT_THAT(end.out, HasSubstr("1 Succeeded, 1 Error; interrupted\n"));
  EXPECT_THAT(end.err, HasSubstr("not every document was sent: interrupted; all are in "));
  EXPECT_EQ(file("cleaned"), "Error\n");
  for (const auto pid : pids) EXPECT_FALSE(is_running(pid));
  EXPECT_THAT(file("out/finished.json"), HasSubstr("ABORTED"));
}

TEST_F(DriverTestrunTest, WhatAKillLeavesTheNextCommandFinds) {
  define("slow", "touch $TMPDIR/file; setsid sleep 600 & echo $! > pid; wait");
  testrun("testflow: [{name: a, definition: {name: slow}}]");
  start({"testrun", "t.yaml"});
  pids_in(project_ / "pid", 1);
  interrupt(SIGKILL);
  EXPECT_EQ(wait().signal, SIGKILL);
  const auto end = run({"gc"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(
      end.err,
      HasSubstr("was killed: its onExit did not run to its end; processes that it left were ended: 1\n"));
  EXPECT_FALSE(is_running(pids_in(project_ / "pid", 1).front()));
  EXPECT_TRUE(fs::is_empty(scratch_ / "tmp"));
  EXPECT_FALSE(fs::exists(only_run() / "testflow/a/kubeconfig"));
}

TEST_F(DriverTestrunTest, ProwsLayoutAndAnUpload) {
  define("good", "echo {} > $TM_EXPORT_PATH/a.json");
  testrun("testflow: [{name: a, definition: {name: good}}]");
  FakeBulk bulk;
  const auto end = run({"testrun", "t.yaml", "-artifacts=out", "-es-url=" + bulk.url()});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("sent      3 of 3 documents\n"));
  EXPECT_EQ(bulk.documents().size(), 3u);
  for (const char* name : {"started.json", "build-log.txt", "artifacts/junit_01.xml"})
    EXPECT_THAT(file(std::string("out/") + name), Not(IsEmpty())) << name;
  EXPECT_THAT(file("out/finished.json"), HasSubstr("SUCCESS"));
  const auto id = only_run().filename().string();
  EXPECT_EQ(file("out/artifacts/" + id + "/testflow/a/export/a.json"), "{}\n");
  EXPECT_THAT(file("out/artifacts/" + id + "/status.json"), HasSubstr("Succeeded"));
}

TEST_F(DriverTestrunTest, EmitPrintsAndRunsNothing) {
  define("good", "touch ran");
  testrun("config: [{type: env, name: A, value: \"${x}\"}], testflow: [{name: a, definition: {name: good}}]");
  const auto end = run({"testrun", "emit", "tekton", "t.yaml", "-set=x=value"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, testing::StartsWith("apiVersion: tekton.dev/v1\nkind: Pipeline\n"));
  EXPECT_THAT(end.out, HasSubstr("value: value\n"));
  EXPECT_THAT(end.err, HasSubstr("warning: TestDefinition good: no image"));
  EXPECT_EQ(run({"testrun", "emit", "tekton", "t.yaml"}).code, 2) << "${x} has no value";
  EXPECT_FALSE(fs::exists(project_ / "ran") || fs::exists(project_ / ".harness/runs"));
}

TEST_F(DriverTestrunTest, EmitNeedsATestrunAndAnEngineThatThereIs) {
  const auto alone = run({"testrun", "emit", "tekton"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err,
              HasSubstr("harness testrun emit: FILE is missing\n  hint: harness testrun emit ENGINE FILE"));
  const auto wrong = run({"testrun", "emit", "tecton", "t.yaml"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err,
              HasSubstr("testrun emit tecton: it must be one of tekton, argo, prowjob, prowjob:presubmit, "
                        "prowjob:postsubmit, prowjob:periodic, kubernetes (did you mean tekton?)"));
}

TEST_F(DriverTestrunTest, WhatFlagsAreRefused) {
  for (const auto& args :
       std::vector<std::vector<std::string>>{{"testrun", "validate"},
                                             {"-set=a=b"},
                                             {"-attempts=2", "-all"},
                                             {"-es-url=http://a", "-all"},
                                             {"testrun", "t", "-all"},
                                             {"testrun", "t", "-run=x"},
                                             {"testrun", "t", "-set=ab"},
                                             {"testrun", "t", "-attempts=-1"},
                                             {"testrun", "resume", "a", "-set=a=b"},
                                             {"testrun"},
                                             {"testrun", "t", "u"},
                                             {"testrun", "no-such-file"},
                                             {"testrun", "t", "-no-dump"},
                                             {"testrun", "emit", "argo", "t", "-dry-run"},
                                             {"testrun", "emit", "argo", "t", "-executor=host"},
                                             {"testrun", "emit", "argo", "t", "-es-url=http://a"},
                                             {"gc", "-run=x"},
                                             {"testrun", "resume", "a", "-all"},
                                             {"testrun", "resume", "a"}})
    EXPECT_EQ(run(args).code, 2) << testing::PrintToString(args);
}

}  // namespace
