// What a run leaves for others to read, and how it is watched.
#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "driver/driver.h"
#include "support/processes.h"

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverReportsTest : public DriverTest {
 protected:
  DriverReportsTest() { write_instance(); }
  json read(const std::string& path) const { return json::parse(file(path)); }
};

TEST_F(DriverReportsTest, ProwsFiles) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  EXPECT_EQ(run({"-no-setup", "-all", "-artifacts=out"}).code, 0);
  EXPECT_GT(read("out/started.json").at("timestamp"), 1'700'000'000);
  EXPECT_EQ(read("out/finished.json").at("passed"), true);
  EXPECT_EQ(read("out/finished.json").at("result"), "SUCCESS");
  EXPECT_THAT(file("out/build-log.txt"), AllOf(HasSubstr("PASS TestOne"), HasSubstr("1 passed, 0 failed")));
  EXPECT_EQ(file("out/artifacts/junit_01.xml"), file("out/junit_01.xml"));
  write_project("tests: [{name: TestOne, command: 'false'}]\n");
  EXPECT_EQ(run({"-no-setup", "-all", "-artifacts=out"}).code, 1);
  EXPECT_EQ(read("out/finished.json").at("result"), "FAILURE");
}

TEST_F(DriverReportsTest, InProwsOwnFolderThereAreTheReportsAlone) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  env_["ARTIFACTS"] = (project_ / "out").string();
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 0);
  EXPECT_NE(file("out/junit_01.xml"), "");
  EXPECT_FALSE(std::filesystem::exists(project_ / "out/started.json"));
}

TEST_F(DriverReportsTest, ThePageShowsWhatFailedAsText) {
  write_project(
      "tests: [{name: TestOne, command: 'echo \"<script> & more\"; exit 3', owner: team@example.com}, {name: "
      "TestTwo, command: 'true'}]\n");
  run({"-no-setup", "-all", "-no-dump"});
  const auto page = file(".harness/default/artifacts/report.html");
  EXPECT_THAT(
      page,
      AllOf(HasSubstr(": 1 passed, 1 failed</title>"), HasSubstr("<summary>TestOne: exit code 3</summary>"),
            HasSubstr("&lt;script&gt; &amp; more"), HasSubstr("team@example.com"),
            HasSubstr("-no-setup -run='^TestOne$'"), HasSubstr("class=\"span of-failed\""),
            HasSubstr("class=\"span of-passed\""), Not(HasSubstr("<script")), Not(HasSubstr("${"))));
  for (const char* reference : {"src=", "href=", "url(", "@import"})
    EXPECT_THAT(page, Not(HasSubstr(reference)));
}

TEST_F(DriverReportsTest, TheTraceHasPhasesAndTests) {
  write_project("tests: [{name: TestOne, command: 'sleep 0.1'}]\n");
  run({"-no-setup", "-all"});
  std::map<std::string, json> spans;
  const auto trace = read(".harness/default/artifacts/trace.json");
  for (const auto& event : trace.at("traceEvents"))
    if (event.at("ph") == "X") spans[event.at("name")] = event;
  ASSERT_TRUE(spans.count("TestOne") && spans.count("tests"));
  EXPECT_GE(spans["TestOne"].at("dur"), 100'000);
  EXPECT_NE(spans["TestOne"].at("pid"), spans["tests"].at("pid"));
}

TEST_F(DriverReportsTest, AKilledRunIsFinishedByTheNextCommand) {
  write_project("tests: [{name: TestOne, command: 'echo > began; sleep 600'}]\n");
  start({"-no-setup", "-all", "-artifacts=out"});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(project_ / "began"); }));
  interrupt(SIGKILL);
  EXPECT_EQ(wait().signal, SIGKILL);
  EXPECT_EQ(file("out/finished.json"), "");
  EXPECT_THAT(run({"-teardown"}).err, HasSubstr("an earlier run was killed: "));
  EXPECT_EQ(read("out/finished.json").at("result"), "ABORTED");
  EXPECT_THAT(run({"-teardown"}).err, Not(HasSubstr("killed")));
}

TEST_F(DriverReportsTest, VerboseShowsWhatTestsPrintAsItComes) {
  write_project(
      "tests: [{name: TestOne, command: 'echo first; until [ -e go ]; do sleep 0.02; done; printf last'}]\n");
  start({"-no-setup", "-all", "-verbose"});
  EXPECT_TRUE(
      eventually([&] { return text_of(scratch_ / "out").find("TestOne | first\n") != std::string::npos; }));
  project_.write("go", "");
  EXPECT_THAT(wait().out, HasSubstr("TestOne | last\nPASS TestOne"));
}

}  // namespace
