// Tests that do what tests should not: each is a result of that test alone.
#include <gmock/gmock.h>

#include <filesystem>

#include "driver/driver.h"
#include "support/processes.h"

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

namespace {

class DriverMisbehavingTest : public DriverTest {
 protected:
  DriverMisbehavingTest() { write_instance(); }
  /// Beside one that passes.
  DriverEnd run_bad(const std::string& command) {
    write_project("tests:\n- {name: TestGood, command: 'true'}\n- {name: TestBad, command: '" + command +
                  "'}\n");
    return run({"-no-setup", "-all", "-no-dump"});
  }
  std::filesystem::path log() const { return project_ / ".harness/default/artifacts/tests/TestBad.log"; }
};

TEST_F(DriverMisbehavingTest, Crashes) {
  const auto end = run_bad("kill -SEGV $$");
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS TestGood"), HasSubstr("FAIL TestBad: killed by signal 11"),
                             EndsWith("1 passed, 1 failed\n")));
}

TEST_F(DriverMisbehavingTest, EndsWhatOthersReachTheApiBy) {
  project_.write("kill.sh",
                 "until [ -S \"$HARNESS_API\" ]; do sleep 0.02; done\npid=$(cat $FAKE_LOG.proxies)\n"
                 "kill -KILL $pid\nrm $HARNESS_API\n"
                 "while kill -0 $pid && ! grep -q State:.Z /proc/$pid/status; do sleep 0.02; done\n");
  write_project(
      "tests:\n- {name: TestA, command: 'sh kill.sh'}\n"
      "- {name: TestB, command: 'until [ -S \"$HARNESS_API\" ]; do sleep 0.02; done'}\n");
  EXPECT_THAT(run({"-no-setup", "-all", "-j=1", "-timeout=20s"}).out, EndsWith("2 passed, 0 failed\n"));
}

TEST_F(DriverMisbehavingTest, IsKilled) {
  EXPECT_THAT(run_bad("kill -KILL $$").out, HasSubstr("FAIL TestBad: killed by signal 9"));
}

TEST_F(DriverMisbehavingTest, Prints100MB) {
  const auto end = run_bad("head -c 100000000 /dev/zero | tr \"\\\\0\" x; echo; echo the end; exit 3");
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("FAIL TestBad: exit code 3"), HasSubstr("... (cut)"),
                             HasSubstr("xxx\nthe end\n"), EndsWith("1 passed, 1 failed\n")));
  EXPECT_LT(end.out.size(), 200'000u);
  EXPECT_EQ(std::filesystem::file_size(log()), 100'000'009u);
  for (const char* report : {"junit_01.xml", "report.html"}) {
    const auto text = file(std::string(".harness/default/artifacts/") + report);
    EXPECT_THAT(text, HasSubstr("the end")) << report;
    EXPECT_LT(text.size(), 300'000u) << report;
  }
}

TEST_F(DriverMisbehavingTest, LeavesChildren) {
  const auto end = run_bad("sleep 600 & echo $! > \"" + (scratch_ / "pids").string() + "\"");
  EXPECT_EQ(end.code, 0) << end.out;
  expect_gone("pids", 1);
}

TEST_F(DriverMisbehavingTest, ClosesItsOutput) {
  const auto end = run_bad("echo before; exec >&- 2>&-; sleep 0.2; exit 4");
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("FAIL TestBad: exit code 4"), HasSubstr("before")));
}

}  // namespace
