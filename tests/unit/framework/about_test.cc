// tests/framework: what a test says of itself, and where it was when its time was over.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "framework/about.h"
#include "framework/eventually.h"
#include "framework/temp_dir.h"
#include "framework_tests_paths.h"
#include "this_program.h"

using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

/// Run by the test below alone, in a process of its own.
TEST(FrameworkTest, DISABLED_Waits) {
  test::step("the kettle boils");
  test::eventually(60s, [](std::string& seen) {
    return seen = "cold water", std::ofstream(std::getenv("BEGAN")) << "x", false;
  });
}

INTEGRATION_TEST(FrameworkTest, SaysWhatItIs, .labels = {"slow", "beta"}, .owner = "team@example.com",
                 .timeout = 2min) {
  const test::TempDir dir;
  const auto file = dir.path() / "about.json";
  ASSERT_TRUE(test::run(this_program({"--gtest_list_tests"}, {{"HARNESS_ABOUT", file.string()}})).ok());
  EXPECT_EQ(
      nlohmann::json::parse(std::ifstream(file)),
      nlohmann::json::parse(
          R"([{"test": "FrameworkTest.SaysWhatItIs", "labels": ["slow", "beta"], "owner": "team@example.com", "timeout": 120}])"));
}

TEST(FrameworkTest, ATestThatIsEndedSaysWhereItWas) {
  const test::TempDir dir;
  const auto began = dir.path() / "began";
  test::Background waiting(
      this_program({"--gtest_also_run_disabled_tests", "--gtest_filter=FrameworkTest.DISABLED_Waits"},
                   {{"BEGAN", began.string()}}));
  test::eventually(30s, [&](std::string&) { return std::filesystem::exists(began); });
  test::eventually(30s, [&](std::string&) { return std::filesystem::file_size(began) > 0; });
  const auto result = waiting.end(SIGTERM);
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_THAT(result.out, HasSubstr("step: the kettle boils (after "));
  EXPECT_THAT(result.err, HasSubstr("ended while it ran. Step: the kettle boils\nlast seen: "));
}

TEST(FrameworkTest, TheExampleOfItsPageIsATestThatRuns) {
  const auto text = [](const std::string& file) {
    std::ostringstream all;
    all << std::ifstream(std::filesystem::path(PROJECT_DIR) / file).rdbuf();
    return all.str();
  };
  EXPECT_THAT(text("docs/writing-tests.md"),
              HasSubstr("```cpp\n" + text("tests/integration/example_test.cc") + "```\n"));
}

TEST(FrameworkTest, WaitsSayWhatTheySaw) {
  EXPECT_EQ(
      message_of([] { test::eventually(30ms, [](std::string& seen) { return seen = "no pod", false; }); }),
      "not within 30 ms; last seen: no pod");
  int calls = 0;
  EXPECT_THAT(message_of([&] {
                test::consistently(10s, [&](std::string& seen) { return seen = "2 pods", ++calls < 3; });
              }),
              HasSubstr("; seen: 2 pods"));
  EXPECT_EQ(message_of([] { test::consistently(50ms, [](std::string&) { return true; }); }),
            "nothing was thrown");
}

}  // namespace
