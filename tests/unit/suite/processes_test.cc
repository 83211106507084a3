#include "suite/processes.h"

#include <gmock/gmock.h>

#include <list>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ProcessesTest : public testing::Test {
 protected:
  void add(const TestProgram& program, const std::string& id, const std::string& call, double seconds) {
    cases_.push_back({.program = &program, .suite = call, .name = id, .id = id, .call = call});
    tests_.push_back(&cases_.back());
    seconds_[&cases_.back()] = seconds;
  }
  std::vector<std::vector<size_t>> processes(size_t jobs) const {
    return divided_into_processes(tests_, jobs, [this](const TestCase& test) { return seconds_.at(&test); });
  }

  const TestProgram pytest_{.kind = TestProgram::Kind::pytest, .shared = true};
  const TestProgram go_{.kind = TestProgram::Kind::go, .shared = true};
  const TestProgram gtest_{.shared = true};
  const TestProgram each_{};
  std::list<TestCase> cases_;
  std::vector<const TestCase*> tests_;
  std::map<const TestCase*, double> seconds_;
};

TEST_F(ProcessesTest, EachIsOneProcessTheSlowestFirst) {
  add(each_, "a", "a", 1);
  add(each_, "b", "b", 3);
  add(each_, "c", "c", -1);
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(1), ElementsAre(0), ElementsAre(2)));
}

TEST_F(ProcessesTest, AGoPackageIsOneProcess) {
  add(go_, "TestA", "p.test", 9);
  add(go_, "TestA", "q.test", 1);
  add(go_, "TestB", "p.test", 9);
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(0, 2), ElementsAre(1)));
}

TEST_F(ProcessesTest, PytestIsDividedWhereThatSavesTime) {
  for (const char* file : {"a", "a", "b", "b"}) add(pytest_, "test", file, 0.01);
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(0, 1, 2, 3)));
  for (auto& [test, seconds] : seconds_) seconds = 1;
  EXPECT_THAT(processes(1), ElementsAre(ElementsAre(0, 1, 2, 3)));
  EXPECT_THAT(processes(2), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3))) << "by files";
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2), ElementsAre(3)));
  for (auto& [test, seconds] : seconds_) seconds = -1;
  EXPECT_EQ(processes(8).size(), 2u) << "half a second each, as nobody knows";
}

TEST_F(ProcessesTest, WhatOneArgumentCannotSay) {
  add(gtest_, "A.b", "A.b", 0);
  add(gtest_, "A.b-c", "A.b?c-A.b:c", 0);
  add(gtest_, "A.d", "A.d", 0);
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(0, 2), ElementsAre(1)));
  for (int i = 0; i < 100; ++i) add(go_, std::string(1000, 'x'), "p.test", 0);
  EXPECT_EQ(processes(1).size(), 4u);
}

}  // namespace
}  // namespace harness
