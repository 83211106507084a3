#include "cli/merge.h"

#include <gmock/gmock.h>

#include <deque>

#include "base/error.h"
#include "base/files.h"
#include "suite/results_json.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Status = TestResult::Status;

class MergeTest : public testing::Test {
 protected:
  /// The reports of a run, in a folder of this name; it has a test of each of these names.
  void add(const std::string& name, const std::map<std::string, Status>& tests,
           const std::optional<RunShard>& shard = {}, std::optional<int> exit_code = kPassed) {
    const auto dir = folder_ / name;
    std::vector<TestResult> results;
    for (const auto& [test, status] : tests) {
      const auto& one =
          tests_.emplace_back(TestCase{.program = &program_, .suite = "T", .name = test, .labels = {"slow"}});
      folder_.write(name + "/tests/" + test + ".log", "said by " + test);
      results.push_back({.test = &one,
                         .status = status,
                         .seconds = 1.5,
                         .reason = status == Status::failed ? "it broke" : "",
                         .log = "/another/machine/tests/" + test + ".log",
                         .attempts = 1,
                         .failures = status == Status::failed});
    }
    RunInfo run{.project = "p", .command = "./harness -all", .program = "./harness", .begin = {}, .end = {}};
    run.shard = shard;
    run.exit_code = exit_code;
    write_reports(dir, run, results);
    dirs_.push_back(dir);
  }
  int merge() {
    Options options;
    options.merged = dirs_;
    options.output = folder_ / "out";
    return merge_results(options, "harness merge", terminal_);
  }
  std::string file(const std::string& name) const { return read_file(folder_ / "out" / name); }

  const TempProject folder_;
  std::vector<std::filesystem::path> dirs_;

 private:
  const TestProgram program_{.name = "program"};
  std::deque<TestCase> tests_;
  Terminal terminal_{{}};
};

TEST_F(MergeTest, OneRunOfItsShards) {
  add("b", {{"Two", Status::passed}}, RunShard{2, 2, 1, 2, "cut"});
  add("a", {{"One", Status::skipped}}, RunShard{1, 2, 1, 2, "cut"});
  EXPECT_EQ(merge(), kPassed);
  EXPECT_THAT(file("tap.txt"),
              HasSubstr("1..2\nok 1 - T/One [SLOW] # SKIP skipped by the test\nok 2 - T/Two"));
  EXPECT_THAT(file("junit_01.xml"), HasSubstr("tests=\"2\""));
  const auto read = read_results(folder_ / "out" / "results.json");
  EXPECT_EQ(read.results.size(), 2u);
  EXPECT_FALSE(read.run.shard);
  EXPECT_EQ(seconds_of(read.results), (std::map<std::string, double>{{"T/One", 1.5}, {"T/Two", 1.5}}));
}

TEST_F(MergeTest, AFailureWithItsLog) {
  add("a", {{"One", Status::passed}});
  add("b", {{"Two", Status::failed}}, {}, kTestsFailed);
  EXPECT_EQ(merge(), kTestsFailed);
  EXPECT_THAT(file("report.html"), AllOf(HasSubstr("it broke"), HasSubstr("said by Two")));
  EXPECT_THAT(file("junit_01.xml"), HasSubstr("said by Two"));
}

TEST_F(MergeTest, WhatIsMissingIsAFailure) {
  add("a", {{"One", Status::passed}}, RunShard{1, 3, 1, 3, "cut"});
  add("b", {{"Two", Status::passed}}, RunShard{2, 3, 1, 3, "cut"});
  const auto error = error_of([&] { merge(); });
  EXPECT_EQ(error.details.exit_code, kTestsFailed);
  EXPECT_EQ(error.details.output_tail, "shard 3 of 3 is missing");
  EXPECT_THAT(file("report.html"), HasSubstr("shard 3 of 3 is missing"));
}

TEST_F(MergeTest, ShardsOfDifferentCuts) {
  add("a", {{"One", Status::passed}}, RunShard{1, 2, 1, 2, "cut"});
  add("b", {{"Two", Status::passed}}, RunShard{2, 2, 1, 2, "other"});
  EXPECT_THAT(error_of([&] { merge(); }).details.output_tail, HasSubstr("were not cut the same way"));
}

TEST_F(MergeTest, ARunThatDidNotEndOrCouldNotTest) {
  add("a", {{"One", Status::passed}}, {}, std::nullopt);
  add("b", {}, {}, kCluster);
  const auto error = error_of([&] { merge(); });
  EXPECT_EQ(error.details.exit_code, kTestsFailed);
  EXPECT_THAT(error.details.output_tail,
              AllOf(HasSubstr("a: the run did not come to its end"), HasSubstr("b: the run ended with 3")));
}

TEST_F(MergeTest, ARunThatFailedWithoutAFailedTest) {
  add("a", {{"One", Status::passed}}, RunShard{1, 2, 1, 2, "cut"});
  add("b", {{"Two", Status::passed}}, RunShard{2, 2, 1, 2, "cut"}, kTestsFailed);  // as -strict does
  const auto error = error_of([&] { merge(); });
  EXPECT_EQ(error.details.exit_code, kTestsFailed);
  EXPECT_THAT(error.details.output_tail, HasSubstr("b: the run ended with 1, and no test of it failed"));
  EXPECT_EQ(read_results(folder_ / "out" / "results.json").run.exit_code, kTestsFailed);
}

TEST_F(MergeTest, ATestThatDidNotRun) {
  add("a", {{"One", Status::not_run}}, {}, kPassed);
  EXPECT_EQ(merge(), kTestsFailed);
}

TEST_F(MergeTest, OneTestTwice) {
  add("a", {{"One", Status::passed}});
  add("b", {{"One", Status::passed}});
  const auto error = error_of([&] { merge(); });
  EXPECT_EQ(error.details.exit_code, kUsage);
  EXPECT_THAT(error.what(), HasSubstr("T/One is in "));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(MergeTest, WhatIsNoResult) {
  dirs_.push_back(folder_ / "none");
  EXPECT_THAT(error_of([&] { merge(); }).what(), HasSubstr("none/results.json"));
  for (const char* text : {"", "[]", "{}", R"({"tests": 1})", "\xff"}) {
    folder_.write("broken/results.json", text);
    dirs_ = {folder_ / "broken"};
    const auto error = error_of([&] { merge(); });
    EXPECT_EQ(error.details.exit_code, kUsage) << text;
    EXPECT_THAT(error.what(), HasSubstr("is not a results.json of a run")) << text;
  }
}

}  // namespace
}  // namespace harness
