#include "suite/history.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>

#include "base/files.h"
#include "suite/history_view.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using Status = TestResult::Status;

constexpr auto kSecond = std::chrono::seconds(1);

class HistoryTest : public testing::Test {
 protected:
  /// A run of these tests, a minute after the one before.
  void add(const std::map<std::string, Status>& statuses, const std::string& commit = "aaaa",
           bool edited = false, double seconds = 2) {
    std::deque<TestCase> tests;
    std::vector<TestResult> results;
    for (const auto& [name, status] : statuses) {
      tests.push_back({.program = &program_, .suite = "T", .name = name});
      results.push_back({.test = &tests.back(), .status = status, .seconds = seconds, .attempts = 1});
      results.back().failures = status == Status::failed || status == Status::flaky;
    }
    History(file_).add(results, {now_ += 60 * kSecond, commit, edited});
  }
  HistoryView view(const std::string& name) const {
    return view_of("T/" + name, History(file_).past("T/" + name));
  }

  const TempProject folder_;
  const std::filesystem::path file_ = folder_ / "history.db";
  const TestProgram program_{.name = "program"};
  std::chrono::system_clock::time_point now_{std::chrono::hours(24 * 365 * 50)};
};

TEST_F(HistoryTest, NothingYet) {
  const History history(file_);
  EXPECT_THAT(history.failed(), IsEmpty());
  EXPECT_THAT(history.seconds(), IsEmpty());
  EXPECT_THAT(history.past("T/A"), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(HistoryTest, TheLastResultOfEachTest) {
  add({{"A", Status::failed}, {"B", Status::passed}});
  add({{"B", Status::failed}, {"C", Status::not_run}, {"D", Status::flaky}});
  const History history(file_);
  EXPECT_THAT(history.failed(), ElementsAre("T/A", "T/B"));
  EXPECT_THAT(history.seconds(), ElementsAre(Pair("T/A", 2), Pair("T/B", 2), Pair("T/D", 2)));
  EXPECT_THAT(history.names(), ElementsAre("T/A", "T/B", "T/D"));
  const auto past = history.past("T/B");
  ASSERT_EQ(past.size(), 2u);
  EXPECT_EQ(past[0].status, Status::passed);
  EXPECT_EQ(past[1].status, Status::failed);
  EXPECT_EQ(past[1].run.begin - past[0].run.begin, 60 * kSecond);
}

TEST_F(HistoryTest, TheOldestGo) {
  for (int i = 0; i < History::kPast + 5; ++i) add({{"A", i < 5 ? Status::failed : Status::passed}});
  add({{"B", Status::passed}});
  EXPECT_EQ(History(file_).past("T/A").size(), static_cast<size_t>(History::kPast));
  EXPECT_EQ(view("A").failures, 0u);
}

TEST_F(HistoryTest, SinceWhichCommitATestFails) {
  add({{"A", Status::passed}}, "1111");
  add({{"A", Status::failed}}, "2222", true);
  add({{"A", Status::passed}}, "2222");
  add({{"A", Status::failed}}, "3333");
  add({{"A", Status::skipped}}, "4444");
  add({{"A", Status::failed}}, "4444");
  const auto failing = view("A").failing;
  ASSERT_TRUE(failing);
  EXPECT_EQ(failing->since.commit, "3333");
  EXPECT_EQ(failing->runs, 2u);  // a skip says nothing of it
  ASSERT_TRUE(failing->passed);
  EXPECT_EQ(failing->passed->commit, "2222");
  add({{"A", Status::flaky}}, "5555");
  EXPECT_FALSE(view("A").failing);
}

TEST_F(HistoryTest, WhatIsAFlake) {
  add({{"A", Status::passed}, {"B", Status::failed}, {"C", Status::failed}}, "1111");
  add({{"A", Status::flaky}, {"B", Status::passed}, {"C", Status::passed}}, "2222");
  add({{"A", Status::passed}, {"B", Status::failed}, {"C", Status::failed}}, "2222", true);
  EXPECT_EQ(view("A").flakes, 1u);  // it passed when it was tried again
  EXPECT_EQ(view("A").failures, 1u);
  EXPECT_EQ(view("B").flakes, 0u);  // each time something else was tested
  add({{"B", Status::failed}}, "2222");
  EXPECT_EQ(view("B").flakes, 1u);
  EXPECT_EQ(past_line(History(file_).past("T/B")), "failed in 3 of its last 4 runs");
}

TEST_F(HistoryTest, SlowerThanBefore) {
  for (int i = 0; i < 20; ++i) add({{"A", Status::passed}}, "1111", false, i < 10 ? 1 : 3);
  EXPECT_EQ(view("A").seconds, 3);
  EXPECT_EQ(view("A").before, 1);
  EXPECT_THAT(history_text({view("A")}), HasSubstr("T/A  3.0s, 3.0 times the 1.0s of before"));
}

TEST_F(HistoryTest, WhatIsShown) {
  add({{"A", Status::passed}, {"B", Status::passed}}, "1111111111111111");
  add({{"A", Status::failed}, {"B", Status::flaky}}, "2222222222222222", true);
  const auto all = history_text({view("A"), view("B")});
  EXPECT_THAT(all, HasSubstr("failing\n  T/A  1 run, since 222222222222+ of 20"));
  EXPECT_THAT(all, HasSubstr("; it passed at 111111111111 of 20"));
  EXPECT_THAT(all, HasSubstr("T/B  1 of 2 runs (50%)"));
  const auto one = history_text("T/A", History(file_).past("T/A"));
  EXPECT_THAT(one, HasSubstr("T/A: failed in 1 of 2 runs (50%), flaky in 0 of 2 runs (0%), 2.0s\n"));
  EXPECT_LT(one.find("222222222222+  failed"), one.find("111111111111   passed"));  // the newest first
  const auto json = history_json({{"T/A", History(file_).past("T/A")}});
  EXPECT_THAT(json, HasSubstr(R"("commit": "2222222222222222")"));
  const auto plot = history_plot(History(file_).past("T/A"));
  EXPECT_THAT(plot, HasSubstr("class=\"of-failed\""));
}

TEST_F(HistoryTest, WhatIsNoDatabaseIsSetAside) {
  write_file_atomically(file_, "not a database, but long enough to have a header of one, that is said");
  EXPECT_TRUE(History(file_).is_unreadable());
  EXPECT_THAT(History(file_).failed(), IsEmpty());
  add({{"A", Status::failed}});
  EXPECT_THAT(History(file_).failed(), ElementsAre("T/A"));
  EXPECT_THAT(read_file(file_.string() + ".unreadable"), HasSubstr("not a database"));
}

TEST_F(HistoryTest, OneThatIsKilledWhileItWrites) {
  add({{"A", Status::failed}});
  for (int i = 0; i < 20; ++i) {
    const pid_t writer = fork();
    if (writer == 0) {
      for (;;) add({{"A", Status::failed}, {"B", Status::failed}});
    }
    usleep(static_cast<useconds_t>(1000 * (i + 1)));
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
    const History history(file_);
    EXPECT_FALSE(history.is_unreadable());
    EXPECT_THAT(history.failed(), testing::Contains("T/A"));
    if (!history.past("T/B").empty()) {
      EXPECT_THAT(history.failed(), testing::Contains("T/B"));
    }
  }
}

}  // namespace
}  // namespace harness
