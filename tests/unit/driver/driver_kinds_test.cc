// Test programs of every kind, listed, chosen, run and reported by the driver.
#include <gmock/gmock.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/files.h"
#include "base/process.h"
#include "driver/driver.h"
#include "support/fake_gtest.h"
#include "unit_tests_paths.h"

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace fs = std::filesystem;

class DriverKindsTest : public DriverTest {
 protected:
  DriverKindsTest() { write_instance(); }
  /// A folder of tests/testdata, in the project.
  void take(const std::string& folder) {
    fs::copy(fs::path(TEST_SOURCE_DIR) / "../testdata" / folder, project_ / folder,
             fs::copy_options::recursive);
  }
  /// The driver's environment has a folder as HOME that holds nothing: what a tool keeps there goes with the
  /// test.
  void use_real(const std::string& variable) {
    if (const char* value = std::getenv(variable.c_str())) env_[variable] = value;
  }
  void use_go() {
    for (const char* variable : {"HOME", "GOCACHE", "GOFLAGS", "GOPATH"}) use_real(variable);
    env_["PATH"] += ":" GO_FOLDERS;
  }
};

TEST_F(DriverKindsTest, GoogleTestsOwnSamples) {
  fs::create_symlink(GTEST_SAMPLES, project_ / "samples");
  write_project("tests: [{gtest: samples}]\n");
  const auto list = run({"-list", "-run=Factorial|Queue"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr("FactorialTest/Negative"), HasSubstr("sample1_unittest.cc:"),
                              HasSubstr("QueueTestSmpl3/Dequeue"), Not(HasSubstr("IsPrime"))));
  const auto end = run({"-no-setup", "-run=Factorial|Queue"});
  EXPECT_EQ(end.code, 0) << end.out;
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS FactorialTest/Negative ("),
                             HasSubstr("PASS QueueTestSmpl3/Map ("), HasSubstr("passed, 0 failed")));
}

TEST_F(DriverKindsTest, PlacesAreRelativeToTheProject) {
  project_.write("tests/a_test.cc", "");
  project_.write("suite",
                 fake_gtest({{"TestA", "Works", ":", "../../tests/a_test.cc", 7},
                             {"TestA", "Elsewhere", ":", "../b_test.cc", 8}}),
                 0755);
  write_project("tests: [{gtest: suite}]\n");
  EXPECT_EQ(run({"-list"}).out, "TestA/Works      tests/a_test.cc:7\nTestA/Elsewhere  ../b_test.cc:8\n");
}

TEST_F(DriverKindsTest, AGoModule) {
  take("go");
  use_go();
  write_project("tests: [{go: go/..., timeout: 20s, labels: beta, owner: team@example.com}]\n");
  const auto list = run({"-list"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(list.out,
            "suite/TestRoot [BETA]      team@example.com  go/root_test.go:5\n"
            "suite/TestSkips [BETA]     team@example.com  go/root_test.go:7\n"
            "deck/TestShows [BETA]      team@example.com  go/deck/deck_test.go:10\n"
            "deck/TestFails [BETA]      team@example.com  go/deck/deck_test.go:12\n"
            "deck/TestShowsMore [BETA]  team@example.com  go/deck/deck_test.go:14\n"
            "deck/TestHangs [BETA]      team@example.com  go/deck/deck_test.go:18\n"
            "deck/ExampleShows [BETA]   team@example.com  go/deck/deck_test.go:22\n");
  const auto end = run({"-no-setup", "-run=Test", "-skip=Hangs"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("PASS deck/TestShows [BETA] ("), HasSubstr("SKIP suite/TestSkips [BETA] ("),
                    HasSubstr("\nFAIL deck/TestFails [BETA]: failed\n"), HasSubstr("not what was wanted"),
                    HasSubstr("\n  at:    go/deck/deck_test.go:12\n  owner: team@example.com\n"),
                    EndsWith("3 passed, 1 failed, 1 skipped\n")));
}

TEST_F(DriverKindsTest, AGoTestThatHangsSaysWhere) {
  take("go");
  use_go();
  env_["HARNESS_TIMEOUT"] = "1s";
  write_project("tests: [{go: ./go/deck}]\n");
  const auto end = run({"-no-setup", "-run=^deck$/^TestHangs$"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("FAIL deck/TestHangs: timed out after 1s\n"),
                             HasSubstr("deck.TestHangs"), HasSubstr("time.Sleep")));
}

TEST_F(DriverKindsTest, PytestsOwnConfigurationChangesNothing) {
  take("pytest");
  use_real("HOME");
  project_.write("pytest/pytest.ini", "[pytest]\naddopts = -ra -q\n");
  write_project("tests: [{pytest: pytest, python: " PYTHON_WITH_PYTEST "}]\n");
  EXPECT_THAT(run({"-list"}).out, HasSubstr("pytest/test_deck.py/test_shows "));
  EXPECT_THAT(run({"-no-setup", "-all"}).out, EndsWith("3 passed, 1 failed, 1 skipped\n"));
}

TEST_F(DriverKindsTest, APytestFolder) {
  take("pytest");
  use_real("HOME");
  write_project("tests: [{pytest: pytest, python: " PYTHON_WITH_PYTEST "}]\n");
  const auto list = run({"-list"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(list.out,
            "pytest/test_deck.py/test_shows            pytest/test_deck.py:6\n"
            "pytest/test_deck.py/test_named[a]         pytest/test_deck.py:11\n"
            "pytest/test_deck.py/test_named[b::c]      pytest/test_deck.py:11\n"
            "pytest/test_deck.py::TestHook/test_takes  pytest/test_deck.py:16\n"
            "pytest/test_deck.py::TestHook/test_skips  pytest/test_deck.py:19\n");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS pytest/test_deck.py/test_named[a] ("),
                             HasSubstr("SKIP pytest/test_deck.py::TestHook/test_skips ("),
                             HasSubstr("FAIL pytest/test_deck.py/test_named[b::c]: failed"),
                             HasSubstr("-run='^pytest\\/test_deck\\.py$/^test_named\\[b\\:\\:c\\]$'\n"),
                             EndsWith("3 passed, 1 failed, 1 skipped\n")));
  EXPECT_THAT(run({"-no-setup", "-run=^pytest\\/test_deck\\.py$/^test_named\\[b\\:\\:c\\]$"}).out,
              EndsWith("0 passed, 1 failed\n"));
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 1);
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_file((project_ / ".harness/default/artifacts/junit_01.xml").c_str()));
  EXPECT_TRUE(junit.select_node(
      "//testsuite/properties/property[@name='test_named[b::c].file'][@value='pytest/test_deck.py:11']"));
}

}  // namespace
