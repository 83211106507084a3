// suite/runner.cc with several tests at once, and what they leave.
#include <gmock/gmock.h>

#include <thread>

#include "base/text.h"
#include "suite/environment.h"
#include "suite/list.h"
#include "suite/report.h"
#include "support/captured.h"
#include "support/fake_gtest.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Status = TestResult::Status;

class ManyTestsTest : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& command) {
    programs_.push_back(
        {.kind = TestProgram::Kind::command, .path = command, .name = name, .timeout_seconds = 60});
  }
  void add_gtest(const std::string& script, const std::string& suite, const std::string& name) {
    project_.write("tests", fake_gtest({{suite, name, script}}), 0755);
    programs_.push_back({.path = "tests", .name = "tests", .timeout_seconds = 60});
  }
  std::vector<TestResult> run_all(int jobs, std::stop_token stop = {}) {
    for (const auto& program : programs_) {
      const auto tests = list_tests({program, project_.root(), project_ / "scratch", test_environment()}, {});
      cases_.insert(cases_.end(), tests.begin(), tests.end());
    }
    std::vector<TestResult> results;
    printed_ = captured([&] {
      Terminal terminal({});
      results = run_tests(
          cases_,
          {.attempt = {.root = project_.root(), .tmp_dir = project_ / "tmp", .env = {{"SHARED", "yes"}}},
           .log_dir = project_ / "logs",
           .jobs = jobs},
          terminal, stop);
    });
    return results;
  }

  TempProject project_;
  std::vector<TestProgram> programs_;
  std::vector<TestCase> cases_;
  Captured printed_;
};

TEST_F(ManyTestsTest, SeveralRunAtOnce) {
  // Each waits for the other: one after the other they would never end.
  add("A", "touch a; while [ ! -e b ]; do sleep 0.01; done");
  add("B", "touch b; while [ ! -e a ]; do sleep 0.01; done");
  for (const auto& result : run_all(2)) EXPECT_EQ(result.status, Status::passed) << result.reason;
}

TEST_F(ManyTestsTest, EachHasATemporaryFolderThatGoesWithIt) {
  for (const char* name : {"A", "B"})
    add(name, "[ -z \"$(ls -A \"$TMPDIR\")\" ] && mktemp -d && echo \"$TMPDIR\" >> folders");
  for (const auto& result : run_all(2)) EXPECT_EQ(result.status, Status::passed) << read_file(result.log);
  const auto folders = split(trim(read_file(project_ / "folders")), '\n');
  ASSERT_EQ(folders.size(), 2u);
  EXPECT_NE(folders[0], folders[1]);
  EXPECT_TRUE(std::filesystem::is_empty(project_ / "tmp"));
}

TEST_F(ManyTestsTest, NeverMoreThanAsked) {
  const std::string script = "mkdir alone || exit 1; sleep 0.05; rmdir alone";
  for (const char* name : {"A", "B", "C"}) add(name, script);
  for (const auto& result : run_all(1)) EXPECT_EQ(result.status, Status::passed) << read_file(result.log);
}

TEST_F(ManyTestsTest, EachHasItsLineItsLogAndItsEnvironment) {
  add("Good", "echo $SHARED; pwd");
  add("Bad", "exit 2");
  const auto results = run_all(2);
  EXPECT_THAT(printed_.out, AllOf(HasSubstr("PASS Good (0."), HasSubstr("FAIL Bad (0.")));
  EXPECT_EQ(read_file(results[0].log), "yes\n" + project_.root().string() + "\n");
  EXPECT_NE(results[0].log, results[1].log);
  EXPECT_FALSE(std::filesystem::exists(project_ / "logs/Good.log.d")) << "an empty folder for artifacts goes";
}

TEST_F(ManyTestsTest, ArtifactsStay) {
  add("A", "echo kept > $HARNESS_ARTIFACTS/file");
  run_all(1);
  EXPECT_EQ(text_of(project_ / "logs/A.log.d/file"), "kept\n");
}

TEST_F(ManyTestsTest, MuchOutputIsKept) {
  add("A", "head -c 20000000 /dev/zero");
  EXPECT_EQ(std::filesystem::file_size(run_all(1)[0].log), 20'000'000u);
}

TEST_F(ManyTestsTest, ChildrenThatATestLeavesAreKilled) {
  add("A", "sleep 600 & echo $! > pids");
  EXPECT_EQ(run_all(1)[0].status, Status::passed);
  for (const auto pid : pids_in(project_ / "pids", 1))
    EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
}

TEST_F(ManyTestsTest, ACancelLeavesTheRestNotRun) {
  add("Long", "echo $$ > pids; exec sleep 600");
  add("Later", "touch ran");
  std::stop_source stop;
  const std::jthread canceller([&] {
    pids_in(project_ / "pids", 1);
    stop.request_stop();
  });
  const auto results = run_all(1, stop.get_token());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].status, Status::not_run);
  EXPECT_EQ(results[0].reason, "interrupted");
  EXPECT_EQ(results[1].status, Status::not_run);
  EXPECT_EQ(results[1].test->name, "Later");
  EXPECT_FALSE(std::filesystem::exists(project_ / "ran"));
}

TEST_F(ManyTestsTest, AGoogleTestIsRunByItsName) {
  add_gtest("echo $filter", "Sizes/TestDeck", "Shows/0");
  const auto result = run_all(1)[0];
  EXPECT_EQ(result.status, Status::passed) << result.reason;
  EXPECT_EQ(read_file(result.log), "Sizes/TestDeck.Shows/0\n");
}

TEST_F(ManyTestsTest, AGoogleTestSaysThatItWasSkipped) {
  add_gtest("echo 'deck_test.cc:7: Skipped\nnot today\n\n[  SKIPPED ] TestDeck.Shows (0 ms)'; return 77",
            "TestDeck", "Shows");
  const auto result = run_all(1)[0];
  EXPECT_EQ(result.status, Status::skipped);
  EXPECT_EQ(result.reason, "not today");
  EXPECT_THAT(printed_.out, HasSubstr("SKIP TestDeck/Shows (0.")) << printed_.out;
  EXPECT_THAT(printed_.out, HasSubstr("): not today\n"));
}

TEST_F(ManyTestsTest, AProgramThatIsGoneFailsItsTestsOnly) {
  add_gtest(":", "TestDeck", "Shows");
  add("Good", "rm tests");
  std::swap(programs_[0], programs_[1]);
  const auto results = run_all(1);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].status, Status::passed);
  EXPECT_EQ(results[1].status, Status::failed);
  EXPECT_THAT(results[1].reason, HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace harness
