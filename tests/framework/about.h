#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace test {

/// What a test says of itself. `./harness -list` shows it without running the test.
struct About {
  std::vector<std::string> labels = {};  ///< docs/components.md, "Labels"
  std::string owner = {};
  std::chrono::seconds timeout{0};  ///< 0: that of the run
};

/// Keeps an About for $HARNESS_ABOUT: a JSON list of {"test": "Suite.Name", "labels", "owner", "timeout"
/// (seconds)}, which the harness asks for while it lists the tests.
class Registered {
 public:
  Registered(const char* name, About about);
};

}  // namespace test

#define TEST_ABOUT_(suite, name, ...) \
  static const test::Registered suite##_##name##_about{#suite "." #name, test::About{__VA_ARGS__}};

/// A test with something to say of itself: INTEGRATION_TEST(TestDeck, ShowsJobs, .labels = {"slow"}, .timeout
/// = 2min) {...}
#define INTEGRATION_TEST(suite, name, ...) \
  TEST_ABOUT_(suite, name, __VA_ARGS__)    \
  TEST(suite, name)

/// The same with a fixture.
#define INTEGRATION_TEST_F(fixture, name, ...) \
  TEST_ABOUT_(fixture, name, __VA_ARGS__)      \
  TEST_F(fixture, name)
