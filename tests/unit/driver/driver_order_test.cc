// Which tests run at once, and in which order: lock:, order:, serial, -shuffle; names of several entries.
#include <gmock/gmock.h>

#include "driver/driver.h"
#include "support/fake_gtest.h"
#include "support/history.h"

using testing::AllOf;
using testing::HasSubstr;

namespace {

class DriverOrderTest : public DriverTest {
 protected:
  DriverOrderTest() { write_instance(); }
  DriverEnd all(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"-no-setup", "-all", "-no-dump"});
    std::filesystem::remove(project_ / "ran");
    return run(more);
  }
  /// A program with the tests A to E, each of which notes that it ran.
  void write_suite(const std::string& name = "suite") {
    std::vector<FakeTest> tests;
    for (const char* test : {"A", "B", "C", "D", "E"})
      tests.push_back({"Test", test, std::string("echo ") + test + " >> ran"});
    project_.write(name, fake_gtest(tests), 0755);
  }
};

TEST_F(DriverOrderTest, TestsWithTheSameLockNeverRunAtOnce) {
  const std::string alone = "command: 'mkdir held && sleep 0.1 && rmdir held'";
  std::string yaml = "tests:\n";
  for (const char* name : {"A", "B", "C", "D"})
    yaml += std::string("  - {name: ") + name + ", " + alone + ", lock: [db, " + name + "]}\n";
  write_project(yaml);
  const auto end = all({"-j=4"});
  EXPECT_EQ(end.code, 0) << end.out;
  EXPECT_EQ(run({"-no-setup", "-no-dump", "-run=A", "-stress=4", "-repeat=5"}).code, 0) << "not even copies";
}

// They would meet each other's files.
TEST_F(DriverOrderTest, RecordsInTheProjectAreWrittenByOneAtATime) {
  project_.write("runner",
                 "#!/bin/sh\nmkdir held || exit 1\nsleep 0.1\necho '<testsuite><testcase "
                 "name=\"a\"/></testsuite>' > r.xml\nrmdir held\n",
                 0755);
  write_project(
      "tests: [{name: A, command: ./runner, junit: r.xml}, {name: B, command: ./runner, junit: r.xml}]\n");
  EXPECT_EQ(all({"-j=4"}).code, 0);
}

TEST_F(DriverOrderTest, OrderFileIsAsListed) {
  write_suite();
  write_project("tests: [{gtest: suite, order: file}]\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(all({"-j=4"}).code, 0);
    EXPECT_EQ(file("ran"), "A\nB\nC\nD\nE\n");
  }
  EXPECT_EQ(all({"-j=4", "-shuffle=7"}).code, 0);
  EXPECT_EQ(file("ran"), "A\nB\nC\nD\nE\n");
}

TEST_F(DriverOrderTest, SerialTestsRunAsListed) {
  write_suite();
  write_project("tests: [{gtest: suite, labels: [serial]}]\n");
  write_history(project_ / ".harness/default/history.db", {{"Test/A", 1}, {"Test/D", 9}});
  all();
  EXPECT_EQ(file("ran"), "A\nB\nC\nD\nE\n");
}

TEST_F(DriverOrderTest, ShuffleIsSaidAndReproducible) {
  write_suite();
  write_project("tests: [{gtest: suite, labels: [serial]}]\n");
  const auto end = all({"-shuffle"});
  const std::string said = "the order of the tests is that of -shuffle=";
  const auto at = end.err.find(said);
  ASSERT_NE(at, std::string::npos) << end.err;
  const auto seed = end.err.substr(at + said.size(), end.err.find('\n', at) - at - said.size());
  const auto order = file("ran");
  all({"-shuffle=" + seed});
  EXPECT_EQ(file("ran"), order);
  std::set<std::string> orders;
  for (const char* number : {"1", "2", "3", "4"}) {
    all({std::string("-shuffle=") + number});
    orders.insert(file("ran"));
  }
  EXPECT_GT(orders.size(), 1u);
  const auto wrong = all({"-shuffle=x"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("-shuffle=x: it must be a whole number"));
}

TEST_F(DriverOrderTest, EntriesWithTheSameNames) {
  write_suite("one");
  write_suite("two");
  write_project("tests:\n  - {gtest: one}\n  - {gtest: two}\n");
  auto end = all();
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err,
              AllOf(HasSubstr("duplicate test name Test/A: components.yaml:"),
                    HasSubstr("hint: name: at an entry of tests: comes before the names of its tests")));
  write_project("tests:\n  - {gtest: one}\n  - {gtest: two, name: second}\n");
  end = all();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS Test/A "), HasSubstr("PASS second/Test/A ")));
  end = run({"-no-setup", "-run=^second/Test$/^A$"});
  EXPECT_THAT(end.out, HasSubstr("1 passed, 0 failed"));
}

TEST_F(DriverOrderTest, ACommandsCasesMayNotBeCalledAsOtherTests) {
  write_suite("one");
  write_project("tests:\n  - {gtest: one}\n  - {name: Test, command: x, junit: '{results}/x'}\n");
  const auto end = all();
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("Test/A"));
}

}  // namespace
