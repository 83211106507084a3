// suite/programs/ginkgo*.cc with suites of Ginkgo itself. Its module comes from the Go module proxy, once;
// where that cannot be had, these tests are skipped.
#include <gmock/gmock.h>

#include "base/process.h"
#include "suite/programs/ginkgo_record.h"
#include "suite/programs/shared_program.h"
#include "support/environment.h"
#include "support/errors.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const std::string kFocused =
    "exit code 197 (specs are focused in code (FIt, FDescribe, Focus), which fails the suite)";
const std::string kLast = ": it was the last one in a process that several share";

class GinkgoTest : public SharedProgram {
 protected:
  void SetUp() override {
    const char* path = std::getenv("PATH");
    path_.emplace("PATH", std::string(path ? path : "") + ":" GO_FOLDERS);
    flags_.emplace("GOFLAGS", "-mod=mod");
    sums_.emplace("GONOSUMDB", "*");
    project_.write("go.mod",
                   "module example.com/m\n\ngo 1.20\n\nrequire github.com/onsi/ginkgo/v2 v2.22.2\n");
    project_.write("use_test.go", "package m\n\nimport _ \"github.com/onsi/ginkgo/v2\"\n");
    const auto ended = harness::run(
        {.args = {"go", "list", "-test", "."}, .dir = project_.root(), .timeout = std::chrono::minutes(2)},
        {});
    std::filesystem::remove(project_ / "use_test.go");
    if (!ended.ok()) GTEST_SKIP() << "github.com/onsi/ginkgo/v2 is not to be had here: " << ended.err;
  }
  /// A file of the package deck_test, with a suite.
  void write(const std::string& body, const std::string& run_specs = "RunSpecs(t, \"Deck Suite\")") {
    project_.write(
        "deck/deck_test.go",
        "package deck_test\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"syscall\"\n\t\"testing\"\n\t\"time\"\n"
        "\t. \"github.com/onsi/ginkgo/v2\"\n)\n\n"
        "func TestDeck(t *testing.T) { " +
            run_specs + " }\n\nvar _ = []any{fmt.Sprint, os.Exit, syscall.Exit, time.Sleep}\n\n" + body);
  }
  void list_suite(std::vector<std::string> args = {}) {
    list({.kind = TestProgram::Kind::ginkgo,
          .path = "./...",
          .name = "...",
          .args = std::move(args),
          .shared = true});
  }
  /// "name [LABEL]" of each.
  std::vector<std::string> titles() const {
    std::vector<std::string> all;
    for (const auto& one : tests_) all.push_back(one.title());
    return all;
  }

  std::optional<ScopedVariable> path_, flags_, sums_;
};

TEST_F(GinkgoTest, ASuiteThatDoesNotBuildOrListFailsAlone) {
  write("var _ = It(\"works\", func() {})\n");
  project_.write("hook/hook_test.go",
                 "package hook_test\n\nimport \"testing\"\n\nfunc TestHook(t *testing.T) { undefined() }\n");
  project_.write("crier/crier_test.go",
                 "package crier_test\n\nimport (\n\t\"testing\"\n\t. \"github.com/onsi/ginkgo/v2\"\n)\n\n"
                 "func TestCrier(t *testing.T) { RunSpecs(t, \"Crier\") }\n\n"
                 "func init() { panic(\"needs a cluster\") }\n");
  list_suite();
  EXPECT_THAT(names(), ElementsAre("crier/build", "deck/works", "hook/build"));
  EXPECT_EQ(result("deck/works"), "passed");
  EXPECT_EQ(result("hook/build"), "FAIL example.com/m/hook does not build");
  EXPECT_THAT(log(), HasSubstr("undefined: undefined"));
  EXPECT_THAT(result("crier/build"), HasSubstr("FAIL cannot list the tests of example.com/m/crier"));
  EXPECT_THAT(log(), AllOf(HasSubstr("panic: needs a cluster"),
                           HasSubstr("\nhint: a program that needs the running cluster")));
  std::filesystem::remove_all(project_ / "deck");
  list_suite();
  EXPECT_THAT(names(), ElementsAre("crier/build", "hook/build"));
}

TEST_F(GinkgoTest, SpecsAreListedAsGinkgoKnowsThem) {
  write(R"go(
var _ = Describe("Deck", Label("ui"), func() {
	fmt.Println("TestPhantom")
	It("shows jobs", Label("Slow", "sig:net"), func() {})
	PIt("is pending", func() {})
	It("stands alone", Serial, func() {})
	Context("in order", Ordered, func() { It("one", func() {}); It("two", Label("serial"), func() {}) })
	Context("goes on", Ordered, ContinueOnFailure, func() { It("one", func() {}) })
	for i := 0; i < 2; i++ { It("twin", func() {}) }
	It("twin", func() {})
	It("[of] \xff \"bytes\"", func() {})
})
)go",
        "RunSpecs(t, \"Deck Suite\", Label(\"suite\"))");
  project_.write("deck/more_test.go",
                 "package deck\n\nimport \"testing\"\n\nfunc TestPlain(t *testing.T) {}\n");
  project_.write("deck/deck.go", "package deck\n");
  project_.write("plain/plain_test.go",
                 "package plain\n\nimport \"testing\"\n\nfunc TestPlain(t *testing.T) {}\n");
  list_suite();
  EXPECT_THAT(
      titles(),
      ElementsAre(
          "deck/Deck shows jobs [SLOW] [SIG:NET] [SUITE] [UI]", "deck/Deck is pending [SUITE] [UI]",
          "deck/Deck stands alone [SERIAL] [SUITE] [UI]", "deck/Deck in order one [SERIAL] [SUITE] [UI]",
          "deck/Deck in order two [SERIAL] [SUITE] [UI]", "deck/Deck goes on one [SUITE] [UI]",
          "deck/Deck twin (deck_test.go:24) #1 [SUITE] [UI]",
          "deck/Deck twin (deck_test.go:24) #2 [SUITE] [UI]", "deck/Deck twin (deck_test.go:25) [SUITE] [UI]",
          "deck/Deck [of] \\xFF \"bytes\" [SUITE] [UI]", "deck/TestPlain", "plain/TestPlain"));
  EXPECT_EQ(tests_[0].file, "deck/deck_test.go");
  EXPECT_EQ(tests_[0].line, 19);
  EXPECT_EQ(tests_[3].ordered, tests_[4].ordered);
  EXPECT_THAT(tests_[5].ordered, StartsWith("+"));
  for (const auto& [name, result] : run())
    EXPECT_EQ(result, name == "Deck is pending" ? "skipped pending" : "passed") << name << log_of(name);
  for (const auto& one : tests_)
    EXPECT_EQ(result(one), one.name == "Deck is pending" ? "SKIP pending" : "passed") << one.name << log();
}

TEST_F(GinkgoTest, ASpecEndsByItself) {
  write(R"go(
var _ = BeforeSuite(func() { f, _ := os.OpenFile("../suites", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600); fmt.Fprintln(f, "x"); f.Close() })
var _ = Describe("Deck", func() {
	It("passes", func() { fmt.Println("printed"); fmt.Fprintln(GinkgoWriter, "written") })
	It("fails", func() { By("a step"); Fail("not what was wanted") })
	It("panics", func() { panic("so") })
	It("skips", func() { Skip("no such thing,\nin two lines") })
	It("exits", func() { os.Exit(0) })
	It("exits for sure", func() { syscall.Exit(0) })
	It("panics elsewhere", func() { done := make(chan int); go func() { panic("so") }(); <-done })
	It("hangs", func() { time.Sleep(time.Hour) })
	It("is flaky", FlakeAttempts(2), func() { if _, err := os.Stat("../flag"); err != nil { os.WriteFile("../flag", nil, 0600); Fail("once") } })
	It("passes again", func() {})
})
)go");
  list_suite();
  settings_.timeout = std::chrono::seconds(3);
  const std::string in_test =
      "failed exit code 0, but no proof that it passed: the process ended in the test";
  EXPECT_THAT(
      run(), ElementsAre(Pair("Deck exits", "failed failed"), Pair("Deck exits for sure", in_test),
                         Pair("Deck fails", "failed failed"), Pair("Deck hangs", "failed timed out after 3s"),
                         Pair("Deck is flaky", "flaky failed in an attempt of Ginkgo's own"),
                         Pair("Deck panics", "failed failed"),
                         Pair("Deck panics elsewhere", "failed exit code 2 (the process ended in the test)"),
                         Pair("Deck passes", "passed"), Pair("Deck passes again", "passed"),
                         Pair("Deck skips", "skipped no such thing, in two lines")));
  EXPECT_EQ(lines_of("suites"), 4u) << "a process more after each that ended early";
  EXPECT_THAT(log_of("Deck passes"), AllOf(HasSubstr("Deck passes\n"), HasSubstr("printed\n"),
                                           HasSubstr("written\n"), Not(HasSubstr("Deck fails"))));
  EXPECT_THAT(
      log_of("Deck fails"),
      AllOf(HasSubstr("STEP: a step"), HasSubstr("[FAILED] not what was wanted"), Not(HasSubstr("panics"))));
  EXPECT_THAT(log_of("Deck hangs"), HasSubstr("deck_test.go:26"));
  EXPECT_EQ(result("deck/Deck fails"), "FAIL exit code 1");
  EXPECT_EQ(result("deck/Deck skips"), "SKIP no such thing,\nin two lines");
  EXPECT_EQ(result("deck/Deck exits for sure"),
            "FAIL exit code 0, but no proof that it passed: the process ended before Ginkgo did");
  EXPECT_EQ(result("deck/Deck passes"), "passed") << "with another that fails beside it: " << log();
}

TEST_F(GinkgoTest, JustTheChosenOnesRun) {
  write(R"go(
func ran(name string) { f, _ := os.OpenFile("../ran", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600); fmt.Fprintln(f, name); f.Close() }
var _ = Describe("a", func() {
	It("b", func() { ran("a b") })
	It("b c", func() { ran("a b c") })
	It("x|y (z)", func() { ran("x|y (z)") })
	It("twin", func() { ran("twin 1") })
	It("twin", func() { ran("twin 2") })
})
var _ = It("a b", func() { ran("another a b") })
)go");
  list_suite();
  const auto names_ran = [&](const std::vector<std::string>& wanted) {
    project_.write("ran", "");
    const auto all = tests_;
    std::erase_if(tests_, [&](const auto& one) {
      return std::find(wanted.begin(), wanted.end(), one.name) == wanted.end();
    });
    EXPECT_EQ(tests_.size(), wanted.size());
    EXPECT_THAT(run(), Each(Pair(testing::_, "passed")));
    tests_ = all;
    return split(trim(text_of(project_ / "ran")), '\n');
  };
  EXPECT_THAT(names_ran({"a x|y (z)", "a b c"}), UnorderedElementsAre("x|y (z)", "a b c"));
  EXPECT_THAT(names_ran({"a b (deck_test.go:19)", "a x|y (z)"}), UnorderedElementsAre("a b", "x|y (z)"));
  EXPECT_THAT(names_ran({"a b (deck_test.go:25)"}), ElementsAre("another a b"));
  EXPECT_THAT(names_ran({"a twin (deck_test.go:23)"}), ElementsAre("twin 2"));
}

TEST_F(GinkgoTest, AnOrderedContainerIsOneUnit) {
  write(R"go(
func ran(name string) { f, _ := os.OpenFile("../ran", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600); fmt.Fprintln(f, name); f.Close() }
var _ = Describe("fails", Ordered, func() {
	It("1", func() { ran("1") })
	It("2", func() { ran("2"); if _, err := os.Stat("../second"); err != nil { os.WriteFile("../second", nil, 0600); Fail("bad") } })
	It("3", func() { ran("3") })
})
var _ = Describe("ends", Ordered, func() {
	It("1", func() {})
	It("2", func() { syscall.Exit(3) })
	It("3", func() { ran("never") })
})
var _ = Describe("goes on", Ordered, ContinueOnFailure, func() {
	It("1", func() { syscall.Exit(3) })
	It("2", func() { ran("go on") })
})
)go");
  list_suite();
  const std::string before = "skipped an earlier spec of its ordered container ended the process";
  auto results = run({.jobs = 4, .retry = 1});
  EXPECT_EQ(results["fails 1"], "passed");
  EXPECT_EQ(results["fails 2"], "flaky failed");
  EXPECT_EQ(results["fails 3"],
            "skipped Spec skipped because an earlier spec in an ordered container failed");
  EXPECT_EQ(results["ends 1"], "passed");
  EXPECT_EQ(results["ends 2"], "failed exit code 3 (the process ended in the test)");
  EXPECT_EQ(results["ends 3"], before);
  EXPECT_EQ(results["goes on 1"], "failed exit code 3 (the process ended in the test)");
  EXPECT_EQ(results["goes on 2"], "passed");
  const auto all = split(trim(text_of(project_ / "ran")), '\n');
  EXPECT_THAT(all, Contains("go on"));
  EXPECT_THAT(all, Not(Contains("never")));
  EXPECT_EQ(std::count(all.begin(), all.end(), "1"), 2) << "again before the one that is tried again";
  EXPECT_EQ(std::count(all.begin(), all.end(), "3"), 0);
}

TEST_F(GinkgoTest, WhatASuiteSaysIsNotLost) {
  const std::string specs =
      "var _ = Describe(\"D\", func() { It(\"1\", func() {}); It(\"2\", func() {}) })\n";
  write("var _ = BeforeSuite(func() { Fail(\"no database\") })\n" + specs);
  list_suite();
  EXPECT_THAT(run(),
              Each(Pair(testing::_, AllOf(StartsWith("failed exit code 1 (BeforeSuite failed: no database ("),
                                          HasSubstr("before any test began")))));
  EXPECT_THAT(result("deck/D 1"), StartsWith("FAIL exit code 1 (BeforeSuite failed: no database ("));
  write(
      "var _ = SynchronizedBeforeSuite(func() []byte { Skip(\"not here\"); return nil }, func([]byte) {})\n" +
      specs);
  list_suite();
  EXPECT_TRUE(tests_[0].undivided);
  EXPECT_THAT(run(), Each(Pair(testing::_, "skipped SynchronizedBeforeSuite skipped the suite: not here")));
  EXPECT_EQ(result("deck/D 1"), "SKIP SynchronizedBeforeSuite skipped the suite: not here");
  write("var _ = AfterSuite(func() { Fail(\"leaks\") })\n" + specs);
  list_suite();
  EXPECT_THAT(run(),
              ElementsAre(Pair("D 1", "passed"),
                          Pair("D 2", AllOf(StartsWith("failed exit code 1 (AfterSuite failed: leaks ("),
                                            HasSubstr("after the test had passed" + kLast)))));
  write("var _ = ReportAfterSuite(\"own\", func(Report) { Fail(\"no room\") })\n" + specs);
  list_suite({"--ginkgo.label-filter=!x"});
  EXPECT_THAT(run(),
              Contains(Pair("D 2", HasSubstr("failed exit code 1 (ReportAfterSuite failed: no room ("))));
  write("var _ = ReportAfterEach(func(r SpecReport) { if r.LeafNodeText == \"1\" { Fail(\"late\") } })\n" +
        specs);
  list_suite();
  EXPECT_THAT(run(), ElementsAre(Pair("D 1", "failed failed"), Pair("D 2", "passed")));
  write(specs +
        "var _ = It(\"aborts\", func() { AbortSuite(\"enough\") })\nvar _ = It(\"waits\", func() {})\n");
  list_suite({"--ginkgo.seed=3"});
  EXPECT_EQ(run()["aborts"], "failed failed");
}

TEST_F(GinkgoTest, FocusInCodeFails) {
  write("var _ = Describe(\"D\", func() { FIt(\"1\", func() {}); It(\"2\", func() {}) })\n");
  const ScopedVariable editor("GINKGO_EDITOR_INTEGRATION", "true");
  list_suite();
  EXPECT_THAT(run(),
              ElementsAre(Pair("D 1", "passed"),
                          Pair("D 2", "failed " + kFocused + ", after the test had been skipped" + kLast)));
  EXPECT_EQ(result("deck/D 1"), "FAIL " + kFocused);
  EXPECT_THAT(left_out_of_tests({program_}), Contains("GINKGO_EDITOR_INTEGRATION"));
}

TEST_F(GinkgoTest, TheEntrysFlagsChoose) {
  write(R"go(
var _ = Describe("D", func() {
	It("a", Label("x"), func() {}); It("b", Label("y"), func() {}); It("c", func() { Fail("c") })
})
)go");
  list_suite({"--ginkgo.focus=D (a|b)", "--ginkgo.label-filter", "!y", "--ginkgo.succinct"});
  EXPECT_THAT(names(), ElementsAre("deck/D a"));
  EXPECT_THAT(run(), ElementsAre(Pair("D a", "passed")));
  EXPECT_EQ(result("deck/D a"), "passed");
  list_suite({"--ginkgo.fail-fast"});
  EXPECT_EQ(run()["D c"], "failed failed");
}

TEST_F(GinkgoTest, ASuiteThatRunsNothingHasNotPassed) {
  write("var _ = Describe(\"D\", func() { It(\"1\", func() { Fail(\"bad\") }) })\n",
        "c, r := GinkgoConfiguration(); c.DryRun = true; RunSpecs(t, \"D\", c, r)");
  list_suite();
  EXPECT_EQ(
      result("deck/D 1"),
      "FAIL exit code 0, but no proof that it passed: Ginkgo ran nothing: its suite asks for a dry run");
  write("var _ = Describe(\"D\", func() { It(\"1\", func() {}) })\n",
        "if os.Getenv(\"CLUSTER\") == \"\" { t.Skip(\"no cluster\") }; RunSpecs(t, \"D\")");
  list_suite();
  EXPECT_THAT(names(), ElementsAre("deck/TestDeck")) << "it did not come to its specs";
  EXPECT_EQ(result("deck/TestDeck"), "SKIP no cluster");
}

TEST_F(GinkgoTest, WhatIsNoSuiteIsSaid) {
  project_.write("a_test.go", "package m\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n");
  const auto error = error_of([&] { list_suite(); });
  EXPECT_STREQ(error.what(), "./...: no test of its packages uses github.com/onsi/ginkgo/v2");
  EXPECT_THAT(error.details.hint, HasSubstr("`go:`"));
}

TEST(GinkgoRecordTest, TheEndHasTheLastWord) {
  GinkgoRecord record;
  const auto add = [&](const std::string& lines) {
    for (const auto& event : ginkgo_events(lines)) record.add(event);
  };
  const std::string spec = R"("text":"a \u00ff","file":"/f.go","line":3,"number":1)";
  add(R"({"event":"begin",)" + spec + "}\n");
  EXPECT_EQ(record.problem(true), "the process ended before Ginkgo did");
  add(R"({"event":"finish",)" + spec +
      R"(,"state":"passed","attempts":1})"
      "\n"
      R"({"event":"half)");
  EXPECT_EQ(record.entries()[0].id, std::string("a \xff\0/f.go:3\0001", 13));
  EXPECT_EQ(record.entries()[0].end, Record::End::passed);
  EXPECT_THAT(record.contradictions(), IsEmpty());
  add(R"({"event":"ended",)" + spec +
      R"(,"state":"failed","attempts":1})"
      "\n"
      R"({"event":"end"})");
  EXPECT_EQ(record.entries()[0].end, Record::End::failed);
  EXPECT_THAT(record.contradictions(), ElementsAre(record.entries()[0].id));
  EXPECT_EQ(record.problem(true), "");
  EXPECT_EQ(record.problem(false), "the process ended before Go's testing did");
}

}  // namespace
}  // namespace harness
