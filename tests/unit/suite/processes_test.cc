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
  void add_spec(const TestProgram& program, const std::string& id, const std::string& container,
                double seconds) {
    add(program, id, std::string("p.test\0TestP\0P", 14), seconds);
    cases_.back().is_spec = true;
    cases_.back().ordered = container;
  }

  const TestProgram gtest_{.shared = true};
  const TestProgram ginkgo_{.kind = TestProgram::Kind::ginkgo, .shared = true};
  const TestProgram ginkgo_each_{.kind = TestProgram::Kind::ginkgo};
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

TEST_F(ProcessesTest, SpecsOfAnOrderedContainerStayTogether) {
  add_spec(ginkgo_, "a", "", 1);
  add_spec(ginkgo_, "b1", "7", 1);
  add_spec(ginkgo_, "c", "", 1);
  add_spec(ginkgo_, "b2", "7", 1);
  add(ginkgo_, "TestOther", "p.test", 0.1);
  EXPECT_THAT(processes(1), ElementsAre(ElementsAre(0, 1, 3, 2), ElementsAre(4)));
  EXPECT_THAT(processes(2), ElementsAre(ElementsAre(0, 1, 3), ElementsAre(2), ElementsAre(4)));
  EXPECT_EQ(processes(8).size(), 4u);
  for (auto& test : cases_) test.undivided = true;
  EXPECT_EQ(processes(8).size(), 2u) << "the suite, and Go's own test";
}

TEST_F(ProcessesTest, EachSpecIsOneProcessButForOrderedContainers) {
  add_spec(ginkgo_each_, "a", "", 3);
  add_spec(ginkgo_each_, "b1", "+7", 2);
  add_spec(ginkgo_each_, "b2", "+7", 2);
  add_spec(ginkgo_each_, "c", "8", 1);
  EXPECT_THAT(processes(4), ElementsAre(ElementsAre(1, 2), ElementsAre(0), ElementsAre(3)));
}

TEST_F(ProcessesTest, WhatRunsBeforeASpecOfAnOrderedContainer) {
  for (const char* id : {"a", "b", "c"}) add_spec(ginkgo_, id, "7", 1);
  add_spec(ginkgo_, "d", "8", 1);
  EXPECT_THAT(run_before(*tests_[0], tests_), IsEmpty());
  EXPECT_THAT(run_before(*tests_[2], tests_), ElementsAre(tests_[0], tests_[1]));
  EXPECT_THAT(run_before(*tests_[2], {tests_[1], tests_[2], tests_[3]}), ElementsAre(tests_[1]));
  EXPECT_THAT(run_before(*tests_[3], tests_), IsEmpty());
}

}  // namespace
}  // namespace harness
