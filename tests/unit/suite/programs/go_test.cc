// suite/programs/go.cc with a module whose tests do what they should not.
#include <gmock/gmock.h>

#include <sys/stat.h>

#include <list>
#include <tuple>

#include "suite/programs/go_flags.h"
#include "suite/programs/go_packages.h"
#include "suite/programs/go_record.h"
#include "suite/programs/listed_go_module.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using GoTest = ListedGoModule;

TEST_F(GoTest, OnlyWhatIsCompiledIsATest) {
  write("p.go", "");
  write("a_test.go", R"(import ("fmt"; "os"; "testing")
func TestMain(m *testing.M) { fmt.Println("TestPhantom\nExamplePhantom"); if os.Getenv("HARNESS_URL") == "" { os.Exit(m.Run()) }; os.Exit(m.Run()) }
func /* a comment */ TestOne(t *testing.T) {}
func Test_two(t *testing.T) {}
func TestÄ(t *testing.T) {}
func TestHelper(a int) {}
func BenchmarkIt(b *testing.B) {}
func FuzzIt(f *testing.F) { f.Add("x"); f.Fuzz(func(t *testing.T, s string) {}) }
func Example_runs() { fmt.Println("x")
	// Output: x
}
func Example_quiet() { fmt.Println("x") }
)");
  write("tagged_test.go", "");
  project_.write(
      "tagged_test.go",
      "//go:build special\n\npackage p\n\nimport \"testing\"\n\nfunc TestTagged(t *testing.T) {}\n");
  project_.write("x_test.go", "package p_test\n\nimport \"testing\"\n\nfunc TestOutside(t *testing.T) {}\n");
  // What is no test is an error of Go's: TestHelper has a wrong signature.
  project_.write("a_test.go", [&] {
    auto text = text_of(project_ / "a_test.go");
    const auto at = text.find("func TestHelper(a int) {}\n");
    return text.erase(at, 26);
  }());
  list({.kind = TestProgram::Kind::go, .path = "./...", .name = "..."});
  EXPECT_THAT(names(), ElementsAre("m/TestOne", "m/Test_two", "m/Test\xc3\x84", "m/TestOutside", "m/FuzzIt",
                                   "m/Example_runs"));
  for (const auto& one : tests_) EXPECT_EQ(result(one), "passed") << one.name << log();
  list(
      {.kind = TestProgram::Kind::go, .path = "./...", .name = "...", .env = {{"GOFLAGS", "-tags=special"}}});
  EXPECT_EQ(result("m/TestTagged"), "passed");
}

TEST_F(GoTest, AProgramIsLinkedAgainWhenAPartOfItChanged) {
  write("p.go", "import \"example.com/m/low\"\n\nfunc P() int { return low.Low() }\n");
  project_.write("low/low.go",
                 "package low\n\nfunc Low() int { return one() }\nfunc one() int { return 1 }\n");
  write("a_test.go", "import \"testing\"\n\nfunc TestOne(t *testing.T) { if P() != 1 { t.Fatal(P()) } }\n");
  const TestProgram program{.kind = TestProgram::Kind::go, .path = ".", .name = "."};
  const auto linked = [&](const TestProgram& entry) {
    list(entry);
    struct stat status {};
    EXPECT_EQ(stat(tests_.front().call.c_str(), &status), 0);
    return std::tuple(status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  };
  const auto first = linked(program);
  EXPECT_EQ(linked(program), first);
  project_.write("low/low.go",
                 "package low\n\nfunc Low() int { return one() }\nfunc one() int { return 2 }\n");
  EXPECT_NE(linked(program), first);
  EXPECT_NE(result("m/TestOne"), "passed");
  project_.write("low/low.go",
                 "package low\n\nfunc Low() int { return one() }\nfunc one() int { return 1 }\n");
  linked(program);
  EXPECT_EQ(result("m/TestOne"), "passed");
  std::filesystem::remove(tests_.front().call);
  linked(program);
  EXPECT_EQ(result("m/TestOne"), "passed");
}

TEST_F(GoTest, ATestEndsByItself) {
  write("a_test.go", R"(import ("fmt"; "os"; "runtime"; "syscall"; "testing")
func TestPasses(t *testing.T) { fmt.Print("no newline") }
func TestFails(t *testing.T) { t.Fatal("not what was wanted") }
func TestExits(t *testing.T) { os.Exit(0) }
func TestExitsForSure(t *testing.T) { syscall.Exit(0) }
func TestGoes(t *testing.T) { runtime.Goexit() }
func TestPanics(t *testing.T) { panic("so") }
func TestPanicsElsewhere(t *testing.T) { done := make(chan int); go func() { panic("so") }(); <-done }
func TestBecomesAnother(t *testing.T) { syscall.Exec("/bin/true", []string{"true"}, nil) }
func TestSaysSo(t *testing.T) { fmt.Print("--- PASS: TestSaysSo (0.00s)\nPASS\n"); syscall.Exit(0) }
func TestSaysSoWithMarks(t *testing.T) { fmt.Print("\x16--- PASS: TestSaysSoWithMarks (0.00s)\n\x16PASS\n"); syscall.Exit(0) }
func TestSaysThatAnotherFails(t *testing.T) { fmt.Print("--- FAIL: TestSaysThatAnotherFails (0.00s)\nFAIL\n") }
func TestSkips(t *testing.T) { t.Skip("no such thing,\nin two lines") }
func TestSubFails(t *testing.T) { t.Run("a", func(t *testing.T) {}); t.Run("b/c d", func(t *testing.T) { t.Error("bad") }) }
func TestSubPasses(t *testing.T) { t.Run("a", func(t *testing.T) { t.Parallel() }); t.Run("b", func(t *testing.T) { t.Skip("not b") }) }
func TestSubExits(t *testing.T) { t.Run("a", func(t *testing.T) { syscall.Exit(0) }) }
func TestClosesItsOutput(t *testing.T) { os.Stdout = nil }
)");
  list({.kind = TestProgram::Kind::go, .path = "./...", .name = "..."});
  EXPECT_EQ(result("m/TestPasses"), "passed");
  EXPECT_THAT(log(), AllOf(HasSubstr("no newline"), Not(HasSubstr("\x16"))));
  EXPECT_EQ(result("m/TestFails"), "FAIL exit code 1");
  EXPECT_THAT(result("m/TestExits"), HasSubstr("FAIL exit code 2"));
  const std::string in_test = "FAIL exit code 0, but no proof that it passed: the process ended in the test";
  EXPECT_EQ(result("m/TestExitsForSure"), in_test);
  EXPECT_THAT(result("m/TestGoes"), HasSubstr("FAIL exit code"));
  EXPECT_THAT(result("m/TestPanics"), HasSubstr("FAIL exit code 2"));
  EXPECT_EQ(result("m/TestPanicsElsewhere"), "FAIL exit code 2 (the process ended in the test)");
  EXPECT_EQ(result("m/TestBecomesAnother"), in_test);
  EXPECT_EQ(result("m/TestSaysSo"), in_test);
  EXPECT_EQ(result("m/TestSaysSoWithMarks"),
            "FAIL exit code 0, but no proof that it passed: the process ended before Go's testing did");
  EXPECT_EQ(result("m/TestSaysThatAnotherFails"), "passed");
  EXPECT_EQ(result("m/TestSkips"), "SKIP no such thing,\nin two lines");
  EXPECT_EQ(result("m/TestSubFails"), "FAIL exit code 1");
  EXPECT_EQ(result("m/TestSubPasses"), "passed");
  EXPECT_EQ(result("m/TestSubExits"), in_test);
  EXPECT_EQ(result("m/TestClosesItsOutput"), "passed") << log();
}

TEST_F(GoTest, AMainThatDoesNotRunThem) {
  write("a_test.go", R"(import ("flag"; "os"; "testing")
func TestFails(t *testing.T) { t.Error("bad") }
func TestPasses(t *testing.T) {}
func TestMain(m *testing.M) {
	switch os.Getenv("MAIN") {
	case "ends": os.Exit(0)
	case "returns":
	case "chooses": flag.Parse(); flag.Set("test.run", "TestPasses"); os.Exit(m.Run())
	case "ignores": m.Run(); os.Exit(0)
	default: os.Exit(m.Run())
	}
}
)");
  list({.kind = TestProgram::Kind::go, .path = ".", .name = ".", .env = {{"MAIN", "ends"}}});
  EXPECT_EQ(result("m/TestPasses"),
            "FAIL exit code 0, but no proof that it passed: the process ended before Go's testing did");
  program_.env["MAIN"] = "returns";
  EXPECT_EQ(result("m/TestPasses"),
            "FAIL exit code 0, but no proof that it passed: the process ended before Go's testing did");
  program_.env["MAIN"] = "chooses";
  EXPECT_EQ(result("m/TestPasses"), "passed");
  EXPECT_EQ(result("m/TestFails"),
            "FAIL exit code 0, but no proof that it passed: this test did not run, others did: TestPasses");
  program_.env["MAIN"] = "ignores";
  EXPECT_EQ(result("m/TestFails"), "FAIL failed, though the process ended with exit code 0");
}

TEST_F(GoTest, TwoPackagesNeverShareAProgram) {
  write("a.b/a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) {}\n");
  write("a/b/a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) { t.Error(\"bad\") }\n");
  write("a[b]/a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) {}\n");
  std::filesystem::remove_all(project_ / "a[b]");
  list({.kind = TestProgram::Kind::go, .path = "./...", .name = "..."});
  EXPECT_EQ(result("a.b/TestIt"), "passed");
  EXPECT_EQ(result("a/b/TestIt"), "FAIL exit code 1");
}

TEST_F(GoTest, ARootThatIsCalledAsOneOfItsFolders) {
  project_.write("go.mod", "module example.com/deck\n\ngo 1.20\n");
  write("a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) {}\n");
  write("deck/a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) { t.Error(\"bad\") }\n");
  write("other/a_test.go", "import \"testing\"\nfunc TestIt(t *testing.T) {}\n");
  list({.kind = TestProgram::Kind::go, .path = "./...", .name = "..."});
  EXPECT_THAT(names(),
              ElementsAre("example.com/deck/TestIt", "example.com/deck/deck/TestIt", "other/TestIt"));
  EXPECT_EQ(result("example.com/deck/TestIt"), "passed");
  EXPECT_EQ(result("example.com/deck/deck/TestIt"), "FAIL exit code 1");
}

TEST_F(GoTest, TheEnvironmentDoesNotChoose) {
  write("a_test.go",
        "import \"testing\"\nfunc TestLong(t *testing.T) { if testing.Short() { t.Skip(\"short\") } }\n");
  project_.write(
      "tagged_test.go",
      "//go:build special\n\npackage p\n\nimport \"testing\"\n\nfunc TestTagged(t *testing.T) {}\n");
  const ScopedVariable flags("GOFLAGS", "-run=Nothing -short -json '-tags=special' -count=3 -list=x");
  list({.kind = TestProgram::Kind::go, .path = ".", .name = "."});
  EXPECT_THAT(names(), ElementsAre("m/TestLong", "m/TestTagged"));
  EXPECT_EQ(result("m/TestLong"), "passed");
  EXPECT_THAT(left_out_of_tests({program_}),
              ElementsAre("-count=3 of GOFLAGS", "-json of GOFLAGS", "-list=x of GOFLAGS",
                          "-run=Nothing of GOFLAGS", "-short of GOFLAGS"));
}

TEST_F(GoTest, SubTestsByTheirNames) {
  write("a_test.go", R"(import "testing"
func TestX(t *testing.T) { t.Run("sub", func(t *testing.T) {}); t.Run("bad", func(t *testing.T) { t.Error("bad") }) }
)");
  list({.kind = TestProgram::Kind::go, .path = ".", .name = "."});
  auto test = tests_[0];
  EXPECT_EQ(result(test), "FAIL exit code 1");
  test.subtests = "sub";
  EXPECT_EQ(result(test), "passed");
  test.subtests = "bad";
  EXPECT_EQ(result(test), "FAIL exit code 1");
  test.subtests = "other";
  EXPECT_EQ(result(test), "SKIP no sub-test of it matches other");
  test.subtests = "";
  test.without_subtests = "bad";
  EXPECT_EQ(result(test), "passed");
}

TEST(GoFlagsTest, ABuildsOwnAreKept) {
  const auto flags =
      divided_go_flags(" -mod=mod --tags=a,b '-ldflags=-X a=b' -v -test.short  \"-gcflags=all=-N -l\" -race");
  EXPECT_EQ(flags.build, "-mod=mod --tags=a,b '-ldflags=-X a=b' \"-gcflags=all=-N -l\" -race");
  EXPECT_THAT(flags.others, ElementsAre("-v", "-test.short"));
  EXPECT_EQ(divided_go_flags("-vet=off -v").build, "-vet=off");
  EXPECT_EQ(divided_go_flags("").build, "");
}

TEST(GoQuotedTest, AsGoQuotes) {
  std::string_view text = R"("a\"b\\" "\xff\u00e9\U0001f600\n" "c\x00d" rest)";
  EXPECT_EQ(take_go_quoted(text), "a\"b\\");
  EXPECT_EQ(take_go_quoted(text), "\xff\xc3\xa9\xf0\x9f\x98\x80\n");
  EXPECT_EQ(take_go_quoted(text), std::string("c\0d", 3));
  EXPECT_EQ(text, " rest");
}

TEST(GoRecordTest, MarksAreTakenAndRemoved) {
  const TempProject project;
  project.write("log",
                "before\x16=== RUN   TestX\na line\nhalf\x16--- PASS: TestX (0.01s)\n=== RUN   "
                "TestY\n\x16PASS\nown \x16 byte\n");
  const auto record = take_go_record(project / "log");
  EXPECT_THAT(record.order, ElementsAre("TestX"));
  EXPECT_EQ(record.ends.at("TestX"), Record::End::passed);
  EXPECT_EQ(text_of(project / "log"),
            "before=== RUN   TestX\na line\nhalf--- PASS: TestX (0.01s)\n=== RUN   TestY\nPASS\nown  byte\n");
}

TEST(GoRecordTest, WhatContradictsItselfIsAFailure) {
  const TempProject project;
  project.write("log", "\x16=== RUN   TestX\n\x16--- FAIL: TestX (0.01s)\n\x16--- PASS: TestX (0.01s)\n");
  EXPECT_EQ(take_go_record(project / "log").ends.at("TestX"), Record::End::failed);
}

}  // namespace
}  // namespace harness
