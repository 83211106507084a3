#include "base/threads.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <regex>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "support/files.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

TEST(ThreadsTest, WhatABackgroundThreadThrowsIsTold) {
  std::string told;
  {
    const auto thread = background([](std::stop_token) { throw std::runtime_error("full disk"); },
                                   [&](const std::exception& e) { told = e.what(); });
  }
  EXPECT_EQ(told, "full disk");
  {
    const auto thread = background([](std::stop_token) { throw Cancelled(); },
                                   [&](const std::exception&) { told = "cancelled"; });
  }
  EXPECT_EQ(told, "full disk");
}

TEST(ThreadsTest, WorkRunsOnSoManyThreads) {
  std::latch together(3);
  run_on_threads(3, [&] { together.arrive_and_wait(); });
  EXPECT_TRUE(together.try_wait());
  run_on_threads(0, [] { ADD_FAILURE(); });
}

TEST(ThreadsTest, AllEndBeforeAFailureIsThrown) {
  std::atomic<int> begun = 0, ended = 0;
  EXPECT_THROW(run_on_threads(4,
                              [&] {
                                if (++begun == 2) throw std::runtime_error("one of them");
                                ++ended;
                              }),
               std::runtime_error);
  EXPECT_EQ(ended, 3);
}

TEST(ThreadsTest, EachItemOnce) {
  std::atomic<int> sum = 0;
  side_by_side(100, 8, [&](size_t i) { sum += static_cast<int>(i); });
  EXPECT_EQ(sum, 4950);
  side_by_side(0, 8, [](size_t) { ADD_FAILURE(); });
  std::latch together(3);
  side_by_side(3, 8, [&](size_t) { together.arrive_and_wait(); });
}

TEST(ThreadsTest, NoItemIsBegunAfterOneThatFailed) {
  std::atomic<int> begun = 0;
  EXPECT_THROW(side_by_side(100, 1,
                            [&](size_t) {
                              if (++begun == 2) throw std::runtime_error("one of them");
                            }),
               std::runtime_error);
  EXPECT_EQ(begun, 2);
}

/// One that ends by an exception takes the process with it, and onExit, the clean-up and the reports.
TEST(ThreadsTest, NobodyElseBeginsThreads) {
  const std::set<std::string> own{"base/threads.cc", "base/threads.h", "base/graph.cc"};
  const std::regex begins(R"(std::j?thread\s*(\w+\s*)?[({]\s*\[|std::j?thread>|\.detach\(\))");
  const std::filesystem::path src = std::filesystem::path(TEST_SOURCE_DIR) / "../../src";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(src)) {
    const auto name = entry.path().lexically_relative(src).string();
    if (!entry.is_regular_file() || own.contains(name)) continue;
    const auto text = read_file(entry.path());
    std::smatch found;
    if (name == "cluster/informer.h") continue;  // it keeps them; base/threads begins them
    EXPECT_FALSE(std::regex_search(text, found, begins))
        << name << ": " << found.str() << "; use base/threads.h";
  }
}

}  // namespace
}  // namespace harness
