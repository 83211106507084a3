// suite/shared_run.cc: many tests in one process, of each framework.
#include "suite/shared_run.h"

#include <gmock/gmock.h>

#include "suite/programs/shared_program.h"
#include "support/environment.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class SharedRunTest : public SharedProgram {
 protected:
  SharedRunTest() {
    const char* path = std::getenv("PATH");
    path_.emplace("PATH", std::string(path ? path : "") + ":" GO_FOLDERS);
  }
  void list_pytest() {
    list({.kind = TestProgram::Kind::pytest,
          .path = "tests",
          .name = "tests",
          .python = PYTHON_WITH_PYTEST,
          .shared = true});
  }
  void list_go(const std::string& tests) {
    project_.write("go.mod", "module example.com/m\n\ngo 1.20\n");
    project_.write("a_test.go", "package p\n\n" + tests);
    list({.kind = TestProgram::Kind::go, .path = "./...", .name = "...", .shared = true});
  }
  void list_hostile() {
    std::filesystem::create_symlink(HOSTILE_GTESTS, project_ / "hostile");
    list({.path = "hostile", .name = "hostile", .shared = true});
  }

  std::optional<ScopedVariable> path_;
};

const std::string kInTest = "failed exit code 0, but no proof that it passed: the process ended in the test";

TEST_F(SharedRunTest, PytestTestsShareTheirFixtures) {
  project_.write("tests/test_a.py", R"(
import os, pytest, tempfile
@pytest.fixture(scope="session")
def once():
    open("once", "a").write("x\n")
    return tempfile.mkdtemp()
def test_1(once): print("not shown")
def test_2(once): print("shown"); assert 1 == 2
def test_3(once): pytest.skip("no <such> thing")
def test_4(once): assert os.path.isdir(once); open(os.environ["HARNESS_ARTIFACTS"] + "/kept", "w").write("4")
def test_5(once): assert os.listdir(os.environ["HARNESS_ARTIFACTS"]) == []
)");
  list_pytest();
  const auto results = run();
  EXPECT_THAT(results, ElementsAre(Pair("test_1", "passed"), Pair("test_2", "failed failed"),
                                   Pair("test_3", "skipped no <such> thing"), Pair("test_4", "passed"),
                                   Pair("test_5", "passed")));
  EXPECT_EQ(lines_of("once"), 1u);
  EXPECT_THAT(log_of("test_2"),
              AllOf(HasSubstr("assert 1 == 2"), HasSubstr("shown"), Not(HasSubstr("not shown"))));
  EXPECT_THAT(printed_.out,
              AllOf(HasSubstr("PASS tests/test_a.py/test_1 ("), HasSubstr("FAIL tests/test_a.py/test_2 ("),
                    HasSubstr("): no <such> thing\n")));
  EXPECT_EQ(text_of(results_[3].log.string() + ".d/kept"), "4");
  EXPECT_FALSE(std::filesystem::exists(results_[4].log.string() + ".d"));
  EXPECT_FALSE(std::filesystem::exists(project_ / "logs/processes"));
}

TEST_F(SharedRunTest, WhatEndsThePytestProcessFailsTheTestThatRan) {
  project_.write("pytest.ini",
                 "[pytest]\naddopts = -p no:faulthandler -x\n");  // -x: a new process after each failure
  project_.write("tests/test_a.py", R"(
import os, pytest, sys, threading, atexit
def test_1(): open("began", "a").write("1\n")
def test_2(): os._exit(0)
def test_3(): open("began", "a").write("3\n")
def test_4(): os.kill(os.getpid(), 9)
def test_5(): pytest.exit("enough", returncode=0)
def test_6():
    if os.fork() != 0:
        os.wait(); os._exit(0)
def test_7(): assert False
def test_8(): open("began", "a").write("8\n")
def test_9(): atexit.register(lambda: os._exit(9))
)");
  list_pytest();
  EXPECT_THAT(run(),
              ElementsAre(Pair("test_1", "passed"), Pair("test_2", kInTest), Pair("test_3", "passed"),
                          Pair("test_4", "failed killed by signal 9 (the process ended in the test)"),
                          Pair("test_5", "failed no proof that it passed: pytest ended in the test"),
                          Pair("test_6", kInTest), Pair("test_7", "failed failed"), Pair("test_8", "passed"),
                          Pair("test_9",
                               "failed exit code 9, after the test had passed: it was the last one in a "
                               "process that several share")));
  EXPECT_EQ(text_of(project_ / "began"), "1\n3\n8\n") << "each ran once";
}

TEST_F(SharedRunTest, AProcessThatNeverBeginsATestFailsThemAll) {
  project_.write("pytest.ini", "[pytest]\naddopts = -s\n");
  project_.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n");
  list_pytest();
  project_.write("tests/conftest.py", "import os\nos.write(1, b'not today')\nos._exit(0)\n");
  const std::string reason =
      "failed exit code 0 (the process ended before pytest did), before any test began";
  EXPECT_THAT(run(), ElementsAre(Pair("test_1", reason), Pair("test_2", reason)));
  EXPECT_THAT(log_of("test_2"), HasSubstr("not today"));
}

TEST_F(SharedRunTest, OneThatIsGoneFails) {
  project_.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\ndef test_3(): pass\n");
  list_pytest();
  project_.write("tests/test_a.py", "def test_1(): pass\ndef test_3(): pass\n");
  EXPECT_THAT(run(), AllOf(Contains(Pair("test_1", "passed")), Contains(Pair("test_3", "passed")),
                           Contains(Pair("test_2", HasSubstr("failed exit code 5")))));
}

TEST_F(SharedRunTest, ATestOverItsTimeFailsAndTheRestGoesOn) {
  project_.write("tests/test_a.py",
                 "import time\ndef test_1(): pass\ndef test_2(): time.sleep(600)\ndef test_3(): pass\n");
  list_pytest();
  settings_.timeout = std::chrono::seconds(3);
  EXPECT_THAT(run(), ElementsAre(Pair("test_1", "passed"), Pair("test_2", "failed timed out after 3s"),
                                 Pair("test_3", "passed")));
  EXPECT_THAT(log_of("test_2"), HasSubstr("test_a.py\", line 3 in test_2"));
}

TEST_F(SharedRunTest, FailFastRetryAndRounds) {
  project_.write("tests/test_a.py", R"(
import os
def test_1(): open("ran", "a").write("1\n")
def test_2():
    open("ran", "a").write("2\n")
    assert os.path.exists("second")
def test_3(): open("ran", "a").write("3\n")
)");
  list_pytest();
  EXPECT_THAT(run({.fail_fast = true}),
              ElementsAre(Pair("test_1", "passed"), Pair("test_2", "failed failed"),
                          Pair("test_3", "not run not run: -fail-fast, and another test failed")));
  EXPECT_EQ(text_of(project_ / "ran"), "1\n2\n");
  project_.write("ran", "");
  EXPECT_THAT(run({.retry = 1}), Contains(Pair("test_2", "failed failed")));
  EXPECT_EQ(text_of(project_ / "ran"), "1\n2\n3\n2\n") << "it runs again alone";
  EXPECT_THAT(printed_.out, HasSubstr("trying again"));
  project_.write("ran", "");
  project_.write("second", "");
  EXPECT_THAT(run({.repeat = 2}),
              ElementsAre(Pair("test_1", "passed"), Pair("test_2", "passed"), Pair("test_3", "passed")));
  EXPECT_EQ(text_of(project_ / "ran"), "1\n2\n3\n1\n2\n3\n");
}

TEST_F(SharedRunTest, ACancelEndsTheProcess) {
  project_.write("tests/test_a.py",
                 "import time, os\ndef test_1(): pass\ndef test_2(): open('pids', "
                 "'w').write(str(os.getpid()) + '\\n'); time.sleep(600)\ndef test_3(): pass\n");
  list_pytest();
  std::stop_source stop;
  const std::jthread canceller([&] {
    pids_in(project_ / "pids", 1);
    stop.request_stop();
  });
  const auto results = run({}, stop.get_token());
  EXPECT_THAT(results, ElementsAre(Pair("test_1", "passed"), Pair("test_2", "not run interrupted"),
                                   Pair("test_3", "not run")));
  for (const auto pid : pids_in(project_ / "pids", 1))
    EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
}

TEST_F(SharedRunTest, GoTestsShareTheirMain) {
  list_go(R"(import ("fmt"; "os"; "testing"; "time")
func TestMain(m *testing.M) { f, _ := os.OpenFile("mains", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600); fmt.Fprintln(f, "x"); f.Close(); os.Exit(m.Run()) }
func TestPasses(t *testing.T) { fmt.Print("no newline") }
func TestFails(t *testing.T) { t.Fatal("not what was wanted") }
func TestPar1(t *testing.T) { t.Parallel(); time.Sleep(50*time.Millisecond); t.Log("one logs") }
func TestPar2(t *testing.T) { t.Parallel(); t.Log("two logs") }
func TestSkips(t *testing.T) { t.Skip("no such thing") }
func TestSubFails(t *testing.T) { t.Run("a", func(t *testing.T) {}); t.Run("b/c d", func(t *testing.T) { t.Error("bad") }) }
func FuzzIt(f *testing.F) { f.Add("x"); f.Fuzz(func(t *testing.T, s string) {}) }
func Example_bad() { fmt.Println("y")
	// Output: x
}
)");
  EXPECT_THAT(run(),
              ElementsAre(Pair("Example_bad", "failed failed"), Pair("FuzzIt", "passed"),
                          Pair("TestFails", "failed failed"), Pair("TestPar1", "passed"),
                          Pair("TestPar2", "passed"), Pair("TestPasses", "passed"),
                          Pair("TestSkips", "skipped no such thing"), Pair("TestSubFails", "failed failed")));
  EXPECT_EQ(lines_of("mains"), 1u);
  EXPECT_EQ(log_of("TestPasses"), "=== RUN   TestPasses\nno newline--- PASS: TestPasses (0.00s)\n");
  EXPECT_THAT(log_of("TestPar1"), AllOf(HasSubstr("one logs"), Not(HasSubstr("two logs"))));
  EXPECT_THAT(log_of("TestSubFails"), HasSubstr("--- FAIL: TestSubFails/b/c_d"));
}

TEST_F(SharedRunTest, WhatEndsTheGoProcessFailsTheTestThatRan) {
  list_go(R"(import ("fmt"; "os"; "syscall"; "testing"; "time")
func TestA(t *testing.T) {}
func TestParallel(t *testing.T) { t.Parallel() }
func TestExits(t *testing.T) { os.Exit(0) }
func TestExitsForSure(t *testing.T) { syscall.Exit(0) }
func TestPanicsElsewhere(t *testing.T) { done := make(chan int); go func() { panic("so") }(); <-done }
func TestSaysSoWithMarks(t *testing.T) { fmt.Print("\x16--- PASS: TestSaysSoWithMarks (0.00s)\n\x16PASS\n"); syscall.Exit(0) }
func TestSaysThatItPassedAndFails(t *testing.T) { fmt.Print("\x16--- PASS: TestSaysThatItPassedAndFails (0.00s)\n"); t.Fail() }
func TestSaysThatItWasSkippedAndFails(t *testing.T) { fmt.Print("\x16--- SKIP: TestSaysThatItWasSkippedAndFails (0.00s)\n"); t.Fail() }
func TestSaysThatAnotherPassed(t *testing.T) { fmt.Print("\n\x16=== RUN   TestZ\n\x16--- PASS: TestZ (0.00s)\n") }
func TestHangs(t *testing.T) { time.Sleep(time.Hour) }
func TestZ(t *testing.T) { t.Error("it does not") }
)");
  settings_.timeout = std::chrono::seconds(3);
  EXPECT_THAT(
      run(),
      ElementsAre(
          Pair("TestA", "passed"), Pair("TestExits", "failed failed"), Pair("TestExitsForSure", kInTest),
          Pair("TestHangs", "failed timed out after 3s"),
          Pair("TestPanicsElsewhere", "failed exit code 2 (the process ended in the test)"),
          Pair("TestParallel", "passed"),
          Pair("TestSaysSoWithMarks",
               "failed exit code 0, but no proof that it passed: the process ended before Go's testing did"),
          Pair("TestSaysThatAnotherPassed", "passed"),
          Pair("TestSaysThatItPassedAndFails", "failed exit code 1"),
          Pair("TestSaysThatItWasSkippedAndFails", "failed exit code 1"),
          Pair("TestZ", "failed exit code 1")));
  EXPECT_THAT(log_of("TestHangs"), HasSubstr("time.Sleep"));
}

TEST_F(SharedRunTest, WhatAProcessThatItStartsSaysIsNoProof) {
  list_go(R"(import ("os"; "os/exec"; "testing")
func TestMain(m *testing.M) {
	if os.Getenv("INNER") != "" { os.Exit(m.Run()) }
	inner := exec.Command(os.Args[0], os.Args[1:]...)
	inner.Env = append(os.Environ(), "INNER=1")
	inner.Stdout = os.Stdout
	if inner.Run() != nil { os.Exit(1) }
}
func TestA(t *testing.T) {}
func TestB(t *testing.T) { t.Fail() }
)");
  EXPECT_THAT(run(), ElementsAre(Pair("TestA", HasSubstr("the process ended before Go's testing did")),
                                 Pair("TestB", "failed failed")));
}

TEST_F(SharedRunTest, ABadEndOfAGoProgramFailsItsLastTest) {
  list_go(
      "import (\"os\"; \"testing\")\nfunc TestMain(m *testing.M) { m.Run(); os.Exit(3) }\nfunc TestA(t "
      "*testing.T) {}\nfunc TestB(t *testing.T) {}\n");
  EXPECT_THAT(run(), ElementsAre(Pair("TestA", "passed"),
                                 Pair("TestB", HasSubstr("failed exit code 3, after the test had passed"))));
}

TEST_F(SharedRunTest, GoFlags) {
  project_.write("go.mod", "module example.com/m\n\ngo 1.20\n");
  project_.write("a_test.go",
                 "//go:build e2e\n\npackage p\n\nimport (\"flag\"; \"testing\")\n\nvar cluster = "
                 "flag.String(\"cluster\", \"\", \"\")\n\nfunc TestA(t *testing.T) { if *cluster != \"x\" { "
                 "t.Error(*cluster) } }\nfunc TestB(t *testing.T) { t.Fatal() }\n");
  list({.kind = TestProgram::Kind::go,
        .path = "./...",
        .name = "...",
        .args = {"-cluster=x"},
        .tags = {"e2e"},
        .shared = true});
  EXPECT_THAT(run(), ElementsAre(Pair("TestA", "passed"), Pair("TestB", "failed failed")));
  EXPECT_EQ(result("m/TestA"), "passed") << "in a process of its own";
}

TEST_F(SharedRunTest, GoogleTestsByTheirRecord) {
  list_hostile();
  const auto results = run();
  for (const auto& one : tests_) {
    const auto by_itself = attempt(one);
    const auto status = by_itself.status == Attempt::Status::passed    ? "passed"
                        : by_itself.status == Attempt::Status::skipped ? "skipped"
                                                                       : "failed";
    EXPECT_THAT(results.at(one.name), HasSubstr(status)) << one.full_name() << ": " << by_itself.reason;
  }
  EXPECT_EQ(results.at("Why"), "skipped no <such> thing in two lines");
}

// What a child says that goes on in a test's place, while its parent waits.
TEST_F(SharedRunTest, AChildOfAGoogleTestProgramTellsOfNoTest) {
  list_hostile();
  std::erase_if(tests_, [](const auto& one) { return one.suite != "Forks" && one.name != "a-b"; });
  EXPECT_EQ(result("Forks/NotAfterOthers"), "passed");
  const std::map<std::string, std::string> expected{{"a-b", "passed"},
                                                    {"AChildThatFails", "passed"},
                                                    {"AChildThatPasses", "failed failed"},
                                                    {"AfterThem", "passed"},
                                                    {"NotAfterOthers", "failed failed"}};
  EXPECT_EQ(run(), expected);
  EXPECT_EQ(run({.retry = 1}).at("AChildThatFails"), "passed");
}

TEST_F(SharedRunTest, AGoogleTestProgramIsOneProcess) {
  std::filesystem::create_symlink(GTEST_SAMPLES, project_ / "samples");
  list({.path = "samples", .name = "samples", .shared = true});
  for (const auto& [name, result] : run()) EXPECT_EQ(result, "passed") << name;
  EXPECT_GT(results_.size(), 30u);
  EXPECT_THAT(text_of(results_[0].log), HasSubstr("[ RUN      ] "));
}

}  // namespace
}  // namespace harness
