#include "base/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
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

void until_stopped(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

TEST(GraphTest, NothingToDoReturns) { EXPECT_NO_THROW(Graph().run({})); }

TEST(GraphTest, StepsRunAfterWhatTheyWaitFor) {
  Order order;
  Graph graph;
  graph.add({"third"}, {{"second"}, {"first"}}, order.note("third"));
  graph.add({"second"}, {{"first"}}, order.note("second"));
  graph.add({"first"}, {}, order.note("first"));
  graph.run({});
  EXPECT_THAT(order.names(), ElementsAre("first", "second", "third"));
}

TEST(GraphTest, IndependentStepsRunAtOnce) {
  std::latch together(3);
  Graph graph;
  for (const char* name : {"a", "b", "c"}) graph.add({name}, {}, [&](std::stop_token) { together.arrive_and_wait(); });
  graph.run({});
  EXPECT_TRUE(together.try_wait());
}

TEST(GraphTest, AFailureStopsTheOthersAndWhatWaits) {
  std::latch started(1);
  std::atomic<bool> was_stopped = false;
  Order order;
  Graph graph;
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
  Graph graph;
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

TEST(GraphTest, ACancelStopsAllAndThrowsCancelled) {
  std::stop_source stop;
  Order order;
  Graph graph;
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
  Graph graph;
  graph.add({"a"}, {}, order.note("a"));
  EXPECT_THROW(graph.run(stop.get_token()), Cancelled);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, ACircleIsAMistakeAndRunsNothing) {
  Order order;
  Graph graph;
  graph.add({"free"}, {}, order.note("free"));
  graph.add({"a"}, {{"b"}}, order.note("a"));
  graph.add({"b"}, {{"a"}}, order.note("b"));
  EXPECT_THROW(graph.run({}), std::logic_error);
  EXPECT_THAT(order.names(), IsEmpty());
}

TEST(GraphTest, StepsOfTwoKindsMayHaveOneName) {
  Order order;
  Graph graph;
  graph.add({"deploy", "gateway"}, {{"gateway"}}, order.note("the component"));
  graph.add({"gateway"}, {}, order.note("its namesake"));
  graph.run({});
  EXPECT_THAT(order.names(), ElementsAre("its namesake", "the component"));
}

TEST(GraphTest, AMissingStepAndARepeatedNameAreMistakes) {
  Order order;
  Graph missing;
  missing.add({"a"}, {{"nobody"}}, order.note("a"));
  EXPECT_THROW(missing.run({}), std::logic_error);
  Graph twice;
  twice.add({"a"}, {}, order.note("a"));
  twice.add({"a"}, {}, order.note("a"));
  EXPECT_THROW(twice.run({}), std::logic_error);
  EXPECT_THAT(order.names(), IsEmpty());
}

}  // namespace
}  // namespace harness
