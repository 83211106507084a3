#include "base/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <latch>
#include <mutex>
#include <thread>

#include "base/error.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Names in the order in which steps ran.
class Order {
 public:
  Graph::Work note(const std::string& name) {
    return [this, name](std::stop_token) {
      const std::lock_guard lock(mutex_);
      names_.push_back(name);
    };
  }
  std::vector<std::string> names() const { return names_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
};

ExitCode in_cluster(const StepId&) { return kCluster; }

void until_stopped(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

TEST(GraphTest, NothingToDoReturns) { EXPECT_NO_THROW(Graph(in_cluster).run({})); }

TEST(GraphTest, StepsRunAfterWhatTheyWaitFor) {
  Order order;
  Graph graph(in_cluster);
  graph.add({"third"}, {{"second"}, {"first"}}, order.note("third"));
  graph.add({"second"}, {{"first"}}, order.note("second"));
  graph.add({"first"}, {}, order.note("first"));
  graph.run({});
  EXPECT_THAT(order.names(), ElementsAre("first", "second", "third"));
}

TEST(GraphTest, IndependentStepsRunAtOnce) {
  std::latch together(3);
  Graph graph(in_cluster);
  for (const char* name : {"a", "b", "c"})
    graph.add({name}, {}, [&](std::stop_token) { together.arrive_and_wait(); });
  graph.run({});
  EXPECT_TRUE(together.try_wait());
}

TEST(GraphTest, AFailureStopsTheOthersAndWhatWaits) {
  std::latch started(1);
  std::atomic<bool> was_stopped = false;
  Order order;
  Graph graph(in_cluster);
  graph.add({"long"}, {}, [&](std::stop_token stop) {
    started.count_down();
    until_stopped(stop);
    was_stopped = true;
    throw Cancelled();
  });
  graph.add({"bad"}, {}, [&](std::stop_token) {
    started.wait();
    throw std::runtime_error("the cause");
  });
  graph.add({"next"}, {{"bad"}}, order.note("next"));
  try {
    graph.run({});
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "the cause");
  }
  EXPECT_TRUE(was_stopped);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, TheFirstFailureIsTheOneThatIsShown) {
  Graph graph(in_cluster);
  graph.add({"consequence"}, {}, [](std::stop_token stop) {
    until_stopped(stop);
    throw std::runtime_error("a consequence");
  });
  graph.add({"cause"}, {}, [](std::stop_token) { throw Error("the cause", {.exit_code = kBuild}); });
  try {
    graph.run({});
    FAIL() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "the cause");
    EXPECT_EQ(e.details.exit_code, kBuild);
  }
}

TEST(GraphTest, WhatIsBeingBuiltGoesOnAndAllFailuresAreTold) {
  std::latch all_run(3);
  std::atomic<bool> first_failed = false;
  Order order;
  Graph graph(in_cluster);
  const auto failing = [&](const std::string& name, bool waits) {
    return [&, name, waits](std::stop_token stop) {
      all_run.arrive_and_wait();
      while (waits && !first_failed) std::this_thread::yield();
      if (stop.stop_requested()) throw Cancelled();
      if (!waits) first_failed = true;
      throw Error(name, {.exit_code = kBuild});
    };
  };
  graph.add({"a"}, {}, failing("a", false), Graph::WhenAnotherFails::finish);
  graph.add({"b"}, {}, failing("b", true), Graph::WhenAnotherFails::finish);
  graph.add({"c"}, {}, failing("c", true), Graph::WhenAnotherFails::finish);
  graph.add({"deploy"}, {{"a"}, {"b"}, {"c"}}, order.note("deploy"));
  try {
    graph.run({});
    FAIL() << "nothing was thrown";
  } catch (const Failures& e) {
    EXPECT_EQ(e.all.size(), 3u);
    EXPECT_STREQ(e.what(), e.all[0].what());
    EXPECT_EQ(e.details.exit_code, kBuild);
  }
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, AnErrorOfAStepThatWasStoppedIsTold) {
  std::latch all_run(3);
  Graph graph(in_cluster);
  graph.add({"first"}, {}, [&](std::stop_token) {
    all_run.arrive_and_wait();
    throw std::runtime_error("full disk");
  });
  graph.add({"second"}, {}, [&](std::stop_token stop) {
    all_run.arrive_and_wait();
    until_stopped(stop);
    throw Error("pod x crashes", {.exit_code = kDeploy});
  });
  Graph outer(in_cluster);
  outer.add({"inner"}, {}, [&](std::stop_token stop) { graph.run(stop); });
  outer.add({"other"}, {}, [&](std::stop_token stop) {
    all_run.arrive_and_wait();
    until_stopped(stop);
    throw Error("another", {.exit_code = kDeploy});
  });
  try {
    outer.run({});
    FAIL() << "nothing was thrown";
  } catch (const Failures& e) {
    std::vector<std::string> all;
    for (const auto& one : e.all) all.emplace_back(one.what());
    EXPECT_THAT(all, ElementsAre("full disk", "pod x crashes", "another"));
    EXPECT_EQ(e.details.exit_code, kCluster) << "of the machine";
  }
}

TEST(GraphTest, ACancelStopsWhatIsBeingBuilt) {
  std::stop_source stop;
  Graph graph(in_cluster);
  graph.add(
      {"build"}, {},
      [&](std::stop_token token) {
        stop.request_stop();
        until_stopped(token);
        throw Cancelled();
      },
      Graph::WhenAnotherFails::finish);
  EXPECT_THROW(graph.run(stop.get_token()), Cancelled);
}

/// In a process of its own, which may have no more threads.
void run_without_threads(size_t allowed) {
  rlimit stack{};
  getrlimit(RLIMIT_AS, &stack);
  Graph graph(in_cluster);
  for (size_t i = 0; i < 500; ++i)
    graph.add({std::to_string(i)}, i == 0 ? std::vector<StepId>{{"last"}} : std::vector<StepId>{},
              [](std::stop_token stop) { until_stopped(stop); });
  graph.add({"last"}, {}, [](std::stop_token stop) { until_stopped(stop); });
  // A thread's stack is 8 MB of address space.
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages;
  const rlimit limit{pages * 4096 + allowed * (9 << 20), stack.rlim_max};
  setrlimit(RLIMIT_AS, &limit);
  try {
    graph.run({});
  } catch (const Error& e) {
    std::fputs(e.what(), stderr);
    std::_Exit(e.details.exit_code);
  }
  std::_Exit(0);
}

TEST(GraphTest, ThreadsThatCannotBeStartedAreAnError) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's memory is all of the address space";
#endif
  EXPECT_EXIT(run_without_threads(20), testing::ExitedWithCode(kCluster),
              "no thread can be started: Resource temporarily unavailable");
}

TEST(GraphTest, ACancelStopsAllAndThrowsCancelled) {
  std::stop_source stop;
  Order order;
  Graph graph(in_cluster);
  graph.add({"long"}, {}, [&](std::stop_token token) {
    stop.request_stop();
    until_stopped(token);
    throw std::runtime_error("must not be shown: it was cancelled");
  });
  graph.add({"next"}, {{"long"}}, order.note("next"));
  EXPECT_THROW(graph.run(stop.get_token()), Cancelled);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, NothingBeginsAfterACancel) {
  std::stop_source stop;
  stop.request_stop();
  Order order;
  Graph graph(in_cluster);
  graph.add({"a"}, {}, order.note("a"));
  EXPECT_THROW(graph.run(stop.get_token()), Cancelled);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, ACircleIsAMistakeAndRunsNothing) {
  Order order;
  Graph graph(in_cluster);
  graph.add({"free"}, {}, order.note("free"));
  graph.add({"a"}, {{"b"}}, order.note("a"));
  graph.add({"b"}, {{"a"}}, order.note("b"));
  EXPECT_THROW(graph.run({}), std::logic_error);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, StepsOfTwoKindsMayHaveOneName) {
  Order order;
  Graph graph(in_cluster);
  graph.add({"deploy", "gateway"}, {{"gateway"}}, order.note("the component"));
  graph.add({"gateway"}, {}, order.note("its namesake"));
  graph.run({});
  EXPECT_THAT(order.names(), ElementsAre("its namesake", "the component"));
}

TEST(GraphTest, AMissingStepAndARepeatedNameAreMistakes) {
  Order order;
  Graph missing(in_cluster);
  missing.add({"a"}, {{"nobody"}}, order.note("a"));
  EXPECT_THROW(missing.run({}), std::logic_error);
  Graph twice(in_cluster);
  twice.add({"a"}, {}, order.note("a"));
  twice.add({"a"}, {}, order.note("a"));
  EXPECT_THROW(twice.run({}), std::logic_error);
  EXPECT_THAT(order.names(), IsEmpty());
}

}  // namespace
}  // namespace harness
