// Go packages that do not build, as a user meets them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "driver/driver.h"
#include "unit_tests_paths.h"

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* kGood = "package p\n\nimport \"testing\"\n\nfunc TestGood(t *testing.T) {}\n";

class DriverBrokenPackagesTest : public DriverTest {
 protected:
  DriverBrokenPackagesTest() {
    env_["PATH"] += ":" GO_FOLDERS;
    for (const char* name : {"HOME", "GOCACHE", "GOPATH"})
      if (const char* value = std::getenv(name)) env_[name] = value;
    project_.write("go.mod", "module example.com/m\n\ngo 1.20\n");
    project_.write("good/a_test.go", kGood);
    project_.write("store/a_test.go", kGood);
    write_project("tests: [{go: ./...}]\n");
    write_instance();
  }
  void break_store() { project_.write("store/a.go", "package p\n\nvar X int = \"s\"\n"); }
};

TEST_F(DriverBrokenPackagesTest, TheOthersRun) {
  break_store();
  const auto end = run({"-no-setup", "-run=TestGood"});
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_THAT(end.err,
              HasSubstr("example.com/m/store does not build (store/a.go:3); this run is going to fail"));
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("PASS good/TestGood ("),
                    HasSubstr("\nFAIL store/build: example.com/m/store does not build\n"),
                    HasSubstr("\n./a.go:3:13: cannot use \"s\""), HasSubstr("\n  at:    store/a.go:3\n"),
                    HasSubstr("-no-setup -run='^store$/'\n"), EndsWith("1 passed, 1 failed\n")));
  EXPECT_EQ(run({"-no-setup", "-run=^good$/^TestGood$"}).code, 0);
  EXPECT_EQ(run({"-no-setup", "-run=TestGood", "-skip=store"}).code, 0);
  EXPECT_EQ(run({"-no-setup", "-run=TestGood", "-retry=2"}).code, 1);
}

TEST_F(DriverBrokenPackagesTest, AListSaysSo) {
  break_store();
  const auto end = run({"-list"});
  EXPECT_EQ(end.code, 4);
  EXPECT_EQ(end.out,
            "good/TestGood  good/a_test.go:5\nstore/build    (example.com/m/store does not build)\n");
  EXPECT_THAT(end.err, AllOf(HasSubstr("error: example.com/m/store does not build\n"),
                             HasSubstr("| ./a.go:3:13: cannot use \"s\"")));
  const auto json = run({"-list", "-json"});
  EXPECT_EQ(json.code, 4);
  const auto all = nlohmann::json::parse(json.out);
  ASSERT_EQ(all.size(), 2);
  EXPECT_FALSE(all[0].contains("broken"));
  EXPECT_EQ(all[1]["broken"], "example.com/m/store does not build");
}

TEST_F(DriverBrokenPackagesTest, OnceItBuildsItsTestsRunAgain) {
  break_store();
  EXPECT_EQ(run({"-no-setup", "-run=."}).code, 1);
  project_.write("store/a.go", "package p\n");
  const auto end = run({"-no-setup", "-failed"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS store/TestGood ("), Not(HasSubstr("good/TestGood (")),
                             EndsWith("1 passed, 0 failed\n")));
  EXPECT_THAT(run({"-no-setup", "-failed"}).err, HasSubstr("no test failed last time"));
}

TEST_F(DriverBrokenPackagesTest, NoCopiesOfIt) {
  break_store();
  const auto end = run({"-no-setup", "-run=TestGood", "-stress=2", "-repeat=2"});
  EXPECT_EQ(end.code, 4);
  EXPECT_THAT(end.err, HasSubstr("error: example.com/m/store does not build\n"));
}

}  // namespace
