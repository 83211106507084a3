// Packages of Go that do not build: each of them fails alone, as `go test ./...` has it.
#include <gmock/gmock.h>

#include <filesystem>

#include "suite/programs/listed_go_module.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kTest = "import \"testing\"\n\nfunc TestIt(t *testing.T) {}\n";

class GoBrokenTest : public ListedGoModule {
 protected:
  GoBrokenTest() { write("good/a_test.go", kTest); }
  void list_all(const std::string& path = "./...") {
    list({.kind = TestProgram::Kind::go, .path = path, .name = path, .env = {{"GOPROXY", "off"}}});
  }
  /// Of the package, which fails; the others do not.
  std::string log_of_broken(const std::string& package) {
    list_all();
    EXPECT_EQ(result("good/TestIt"), "passed");
    EXPECT_EQ(result(package + "/build"), "FAIL example.com/m/" + package + " does not build");
    return log();
  }
};

TEST_F(GoBrokenTest, ATypeError) {
  write("types/a.go", "var X int = \"s\"\n");
  write("types/a_test.go", kTest);
  EXPECT_THAT(log_of_broken("types"), AllOf(HasSubstr("$ cd "), HasSubstr("./a.go:3:13: cannot use \"s\"")));
  EXPECT_EQ(test("types/build").place(), "types/a.go:3");
  EXPECT_THAT(names(), ElementsAre("good/TestIt", "types/build"));
}

TEST_F(GoBrokenTest, WhatGoVetFinds) {
  write("vet/a_test.go",
        "import (\"fmt\"; \"testing\")\n\nfunc TestIt(t *testing.T) { fmt.Printf(\"%d\", \"x\") }\n");
  EXPECT_THAT(log_of_broken("vet"), HasSubstr("a_test.go:5:41: fmt.Printf format %d has arg"));
  list({.kind = TestProgram::Kind::go, .path = "./vet", .name = "vet", .env = {{"GOFLAGS", "-vet=off"}}});
  EXPECT_EQ(result("vet/TestIt"), "passed");
}

TEST_F(GoBrokenTest, ASyntaxErrorOfATestAlone) {
  write("syntax/a.go", "");
  write("syntax/a_test.go", "import \"testing\"\n\nfunc TestIt(t *testing.T) {\n");
  EXPECT_THAT(log_of_broken("syntax"), HasSubstr("a_test.go:5:29: expected '}', found 'EOF'"));
}

TEST_F(GoBrokenTest, ASyntaxErrorBesideTheTest) {
  write("syntax/a.go", "func f( {\n");
  write("syntax/a_test.go", kTest);
  write("uses/a_test.go", std::string("import _ \"example.com/m/syntax\"\n") + kTest);
  EXPECT_THAT(log_of_broken("syntax"), HasSubstr("a.go:3:9: syntax error"));
  EXPECT_THAT(names(), ElementsAre("good/TestIt", "syntax/build", "uses/build"));
}

TEST_F(GoBrokenTest, ATestOfAWrongSignature) {
  write("sig/a_test.go", "func TestIt(a int) {}\n");
  EXPECT_THAT(log_of_broken("sig"), HasSubstr("wrong signature for TestIt"));
}

TEST_F(GoBrokenTest, AnImportCycle) {
  write("a/a.go", "import _ \"example.com/m/b\"\n");
  write("a/a_test.go", kTest);
  write("b/b.go", "import _ \"example.com/m/a\"\n");
  EXPECT_THAT(log_of_broken("a"), HasSubstr("import cycle not allowed"));
  EXPECT_THAT(names(), UnorderedElementsAre("good/TestIt", "a/build", "b/build"));
}

TEST_F(GoBrokenTest, ATestThatIsImportedByWhatItImports) {
  write("a/a.go", "");
  write("a/a_test.go", std::string("import _ \"example.com/m/b\"\n") + kTest);
  write("b/b.go", "import _ \"example.com/m/a\"\n");
  EXPECT_THAT(log_of_broken("a"), HasSubstr("import cycle not allowed in test"));
  EXPECT_THAT(names(), UnorderedElementsAre("good/TestIt", "a/build"));
}

TEST_F(GoBrokenTest, AModuleThatIsMissing) {
  write("missing/a_test.go", std::string("import _ \"example.com/nope/x\"\n") + kTest);
  EXPECT_THAT(log_of_broken("missing"), HasSubstr("no required module provides package example.com/nope/x"));
}

TEST_F(GoBrokenTest, TwoPackagesInAFolder) {
  write("two/a.go", "");
  project_.write("two/a_test.go", "package q\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {}\n");
  EXPECT_THAT(log_of_broken("two"), HasSubstr("found packages p (a.go) and q (a_test.go)"));
}

// They are compiled, and have nothing to run.
TEST_F(GoBrokenTest, WithoutFilesOfTests) {
  write("plain/a.go", "");
  list_all();
  EXPECT_THAT(names(), ElementsAre("good/TestIt"));
  write("other/a.go", "var X int = \"s\"\n");
  EXPECT_THAT(log_of_broken("other"), HasSubstr("a.go:3:13: cannot use"));
  EXPECT_THAT(names(), ElementsAre("good/TestIt", "other/build"));
}

TEST_F(GoBrokenTest, OutsideOfThePackageAlone) {
  write("outer/a.go", "");
  project_.write("outer/a_test.go",
                 "package p_test\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) { undefined() }\n");
  EXPECT_THAT(log_of_broken("outer"), HasSubstr("undefined: undefined"));
}

TEST_F(GoBrokenTest, NoNameOfAnotherPackageChanges) {
  project_.write("go.mod", "module example.com/good\n\ngo 1.20\n");
  write("a.go", "var X int = \"s\"\n");
  list_all();
  EXPECT_THAT(names(), UnorderedElementsAre("example.com/good/build", "good/TestIt"));
}

TEST_F(GoBrokenTest, ModulesOfAWorkspace) {
  project_.write("go.mod", "module example.com/m\n\ngo 1.20\n");
  project_.write("other/go.mod", "module example.com/other\n\ngo 1.20\n");
  project_.write("go.work", "go 1.20\n\nuse (\n\t.\n\t./other\n)\n");
  write("other/deck/a_test.go", "import \"testing\"\n\nfunc TestIt(t *testing.T) { undefined() }\n");
  write("other/hook/a_test.go", kTest);
  list_all("./other/...");
  EXPECT_THAT(names(), ElementsAre("deck/build", "hook/TestIt"));
  EXPECT_EQ(result("hook/TestIt"), "passed");
  EXPECT_EQ(result("deck/build"), "FAIL example.com/other/deck does not build");
}

// No program of an earlier build is run in its place.
TEST_F(GoBrokenTest, NothingOfBeforeIsLeft) {
  write("deck/a.go", "");
  write("deck/a_test.go", kTest);
  list_all();
  const auto before = test("deck/TestIt");
  EXPECT_EQ(result(before), "passed");
  write("deck/a.go", "var X int = \"s\"\n");
  list_all();
  EXPECT_THAT(names(), UnorderedElementsAre("deck/build", "good/TestIt"));
  EXPECT_FALSE(std::filesystem::exists(before.call));
  write("deck/a.go", "");
  list_all();
  EXPECT_EQ(result("deck/TestIt"), "passed");
}

TEST_F(GoBrokenTest, WhatRunsFirstIsNotRunToList) {
  write("init/a_test.go", std::string(kTest) + "\nfunc init() { panic(\"so\") }\n");
  list_all();
  EXPECT_THAT(names(), ElementsAre("good/TestIt", "init/TestIt"));
  EXPECT_EQ(result("init/TestIt"), "FAIL exit code 2 (the process ended before Go's testing did)");
}

TEST_F(GoBrokenTest, ATagThatHidesAllIsNamed) {
  project_.write("tagged/a_test.go",
                 "//go:build e2e\n\npackage p\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {}\n");
  const auto error = error_of([&] { list_all("./tagged/..."); });
  EXPECT_STREQ(error.what(), "./tagged/... lists no tests: build constraints hide all of their files");
  EXPECT_EQ(error.details.output_tail, "tagged/a_test.go: //go:build e2e");
  EXPECT_THAT(error.details.hint, HasSubstr("tags: [TAG]"));
  list_all("./tagged");
  EXPECT_EQ(result("tagged/build"), "FAIL example.com/m/tagged does not build");
  EXPECT_THAT(log(),
              AllOf(HasSubstr("build constraints exclude all Go files"),
                    HasSubstr("\ntagged/a_test.go: //go:build e2e\n"), HasSubstr("hint: tags: [TAG]")));
  list_all();
  EXPECT_THAT(names(), ElementsAre("good/TestIt"));
  list({.kind = TestProgram::Kind::go, .path = "./tagged/...", .name = "tagged", .tags = {"e2e"}});
  EXPECT_EQ(result("tagged/TestIt"), "passed");
}

TEST_F(GoBrokenTest, AFolderThatIsMissingIsAnErrorOfTheEntry) {
  const auto error = error_of([&] { list_all("./nope/..."); });
  EXPECT_THAT(error.what(), HasSubstr("./nope/...: "));
  EXPECT_THAT(error.details.hint, HasSubstr("an entry names packages"));
}

}  // namespace
}  // namespace harness
