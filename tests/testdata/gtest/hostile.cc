// A GoogleTest program whose names and tests do what they should not. $HOSTILE says what its main does
// besides.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

namespace {

class Body : public testing::Test {
 public:
  explicit Body(std::function<void()> body) : body_(std::move(body)) {}
  void TestBody() override { body_(); }

 private:
  std::function<void()> body_;
};

void add(const char* suite, const char* name, std::function<void()> body) {
  testing::RegisterTest(suite, name, nullptr, nullptr, __FILE__, __LINE__,
                        [body]() -> Body* { return new Body(body); });
}

void crash_at_the_end() { raise(SIGSEGV); }

bool says(const char* what) { return std::getenv("HOSTILE") && std::string(std::getenv("HOSTILE")) == what; }

const pid_t process = getpid();
int tests_that_forked = 0;

/// A child goes on with the tests in place of its parent, which waits for it.
void expect_in_parent_alone(bool passes) {
  ++tests_that_forked;
  const pid_t child = fork();
  if (child != 0) waitpid(child, nullptr, 0);
  EXPECT_EQ(passes, child != 0);
}

class WholeProgram : public testing::Environment {
 public:
  void SetUp() override {
    if (says("skip everything")) GTEST_SKIP() << "no machine for it";
    if (says("fail before")) FAIL() << "no machine for it";
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::puts("Phantom.\n  Printed\n[       OK ] Ends.ByExit (0 ms)");
  const auto pass = [] {};
  const auto fail = [] { FAIL() << "this one fails"; };
  add("Data", "a-b", pass);
  add("Data", "a:b", fail);
  add("Data", "st*r", pass);
  add("Data", "st?r", pass);
  add("Data", "stxr", fail);
  add("Data", "-", fail);
  add("Data", " blank ", pass);
  add("Data", "two\nlines", pass);
  add("Data", "\xff\xfe", pass);
  add("Data", "\xff\xff", fail);
  add("Data", "\xc3\xa9", pass);
  add("Data", "\\xFF", fail);
  add("Data", "dot.dot", pass);
  add("Data", "dot/dot", fail);
  add("Da-ta", "*", pass);
  add("data", "A-B", fail);
  add("Data", "DISABLED_never", fail);
  add("Ends", "ByExit", [] { std::exit(0); });
  add("Ends", "By_exit", [] { _exit(0); });
  add("Ends", "ByExit3", [] { _exit(3); });
  add("Ends", "ByASignalAfterTheEnd", [] { std::atexit(crash_at_the_end); });
  add("Ends", "WithOtherCodeAfterTheEnd", [] { std::atexit([] { _exit(9); }); });
  add("Ends", "AndItsChildGoesOn", [] {
    if (fork() == 0) {
      usleep(300'000);
      return;
    }
    _exit(0);
  });
  add("Ends", "AndWaitsForItsChildToGoOn", [] {
    const pid_t child = fork();
    if (child == 0) return;
    waitpid(child, nullptr, 0);
    _exit(0);
  });
  add("Ends", "BadlyAndItsChildGoesOn", [] {
    const pid_t child = fork();
    if (child == 0) return;
    waitpid(child, nullptr, 0);
    _exit(1);
  });
  add("Ends", "AndNothingIsRecorded", [] {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_xml_generator());
  });
  add("Ends", "BesideAChildThatEnds", [] {
    const pid_t child = fork();
    if (child == 0) _exit(1);
    waitpid(child, nullptr, 0);
  });
  add("Forks", "AChildThatFails", [] { expect_in_parent_alone(true); });
  add("Forks", "AChildThatPasses", [] { expect_in_parent_alone(false); });
  add("Forks", "NotAfterOthers", [] { EXPECT_TRUE(getpid() != process || tests_that_forked == 0); });
  add("Forks", "AfterThem", [] { EXPECT_EQ(getpid(), process) << "a child"; });
  add("Ends", "InAnotherProgram", [] { execl("/bin/true", "true", nullptr); });
  add("Says", "WhatGoogleTestSays", [] {
    std::puts("[       OK ] Says.WhatGoogleTestSays (0 ms)\n[  PASSED  ] 1 test.");
    std::exit(0);
  });
  add("Says", "Skipped", [] { std::puts("[  SKIPPED ] Says.Skipped (0 ms)"); });
  add("Says", "Why", [] { GTEST_SKIP() << "no <such> thing\nin two lines"; });
  add("Says", "Properties", [] {
    testing::Test::RecordProperty("result", "SKIPPED");
    testing::Test::RecordProperty("timestamp", "1970-01-01T00:00:00Z");
    FAIL() << "fails all the same";
  });
  if (says("exit at once")) std::exit(0);
  testing::AddGlobalTestEnvironment(new WholeProgram);
  testing::InitGoogleTest(&argc, argv);
  if (says("need a cluster") && !std::getenv("HARNESS_URL")) {
    std::puts("HARNESS_URL is missing");
    return 1;
  }
  const int code = RUN_ALL_TESTS();
  return says("ignore the result") ? 0 : code;
}
