#include "suite/report.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "support/files.h"
#include "support/processes.h"

using namespace harness;
using Status = TestResult::Status;
using testing::HasSubstr;

namespace {

/// Runs one test that is this shell command.
TestResult run_command(const std::string& command, int timeout = 60) {
  static TestProgram program;
  program = {.kind = TestProgram::Kind::command, .path = command, .name = "Smoke"};
  static std::vector<TestCase> tests;
  tests = {{.program = &program, .suite = "", .name = "Smoke", .id = "Smoke", .timeout_seconds = timeout}};
  const TempProject project;
  Terminal terminal({});
  testing::internal::CaptureStdout();
  auto results = run_tests(
      tests, {.attempt = {.root = project.root(), .tmp_dir = project / "tmp"}, .log_dir = project / "logs"},
      terminal, {});
  const auto printed = testing::internal::GetCapturedStdout();
  EXPECT_THAT(printed, HasSubstr("Smoke"));
  results[0].reason += "|" + read_file(results[0].log);
  return results[0];
}

TEST(RunnerTest, ACommandsEndIsItsResult) {
  EXPECT_EQ(run_command("exit 0").status, Status::passed);
  EXPECT_EQ(run_command("exit 77").status, Status::skipped);
  const auto failed = run_command("echo out; echo err >&2; exit 3");
  EXPECT_EQ(failed.status, Status::failed);
  EXPECT_EQ(failed.reason, "exit code 3|out\nerr\n");
}

TEST(RunnerTest, ACrashIsNamed) {
  EXPECT_THAT(run_command("kill -SEGV $$").reason, HasSubstr("killed by signal 11"));
}

TEST(RunnerTest, ATimeoutEndsTheWholeGroup) {
  const auto late = run_command("sleep 60 & echo $!; wait", 1);
  EXPECT_THAT(late.reason, HasSubstr("timed out after 1s"));
  const int child = std::stoi(late.reason.substr(late.reason.find('|') + 1));
  EXPECT_TRUE(eventually([&] { return !is_running(child); })) << "the child is still there";
}

TEST(JunitTest, IsWellFormedWhateverATestPrints) {
  const TempProject project;
  const TestProgram program{.path = "tests", .name = "tests"};
  const TestCase passed{&program, "TestDeck", "Works"}, failed{&program, "TestDeck", "Fails"},
      skipped{&program, "TestHook", "Later"};
  const std::vector<TestResult> results{{.test = &passed, .status = Status::passed, .seconds = 0.5},
                                        {.test = &failed,
                                         .status = Status::failed,
                                         .seconds = 1,
                                         .reason = "exit code 1",
                                         .log = project.write("log", "\x1b[31m<red> & ]]>\n")},
                                        {.test = &skipped, .status = Status::not_run}};
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(junit_xml(results).c_str()));
  const auto suite = document.child("testsuites").find_child_by_attribute("testsuite", "name", "TestDeck");
  EXPECT_EQ(suite.attribute("tests").as_int(), 2);
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  const auto failure = suite.find_child_by_attribute("testcase", "name", "Fails").child("failure");
  EXPECT_STREQ(failure.text().get(), "<red> & ]]>\n");
  const auto other = document.child("testsuites").find_child_by_attribute("testsuite", "name", "TestHook");
  EXPECT_EQ(other.attribute("skipped").as_int(), 1);
}

}  // namespace
