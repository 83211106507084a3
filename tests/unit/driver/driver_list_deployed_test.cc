// `list: deployed`: tests that only the running cluster can list.
#include <gmock/gmock.h>

#include "driver/with_cluster.h"
#include "support/fake_gtest.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverListDeployedTest : public DriverWithClusterTest {
 protected:
  /// A program that lists its tests where the API answers and has the component `three`.
  void write_tests(const std::string& more) {
    auto program = fake_gtest({{"TestLate", "Works"}});
    const std::string needs =
        "for i in $(seq 100); do [ -S \"$HARNESS_API\" ] || sleep 0.02; done\n"
        "curl --silent --fail --unix-socket \"$HARNESS_API\" "
        "http://api/apis/apps/v1/namespaces/default/deployments/three "
        "> seen || { echo 'three is not deployed'; exit 1; }\n";
    program.insert(program.find('\n') + 1, needs);
    project_.write("late", program, 0755);
    const auto yaml = tree_.read("components.yaml");
    tree_.write("components.yaml", yaml.substr(0, yaml.find("tests:")) +
                                       "tests: [{name: TestOne, command: 'true'}, {gtest: late" + more +
                                       "}]\n");
  }
};

TEST_F(DriverListDeployedTest, OnceAllIsDeployed) {
  write_tests(", list: deployed");
  const auto end = expect_success({"-run=Test"});
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS TestOne ("), HasSubstr("PASS TestLate/Works ("),
                             HasSubstr("2 passed, 0 failed")));
  EXPECT_THAT(file("seen"), HasSubstr("\"three\"")) << "it was listed before three was there";
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestLate"}).out, HasSubstr("1 passed, 0 failed"));
  EXPECT_THAT(expect_success({"-list"}).out, HasSubstr("TestLate/Works"));
}

TEST_F(DriverListDeployedTest, WithoutAClusterTheyAreNotKnown) {
  write_tests(", list: deployed");
  const auto end = expect_success({"-list"});
  EXPECT_THAT(end.out, AllOf(HasSubstr("TestOne"), Not(HasSubstr("TestLate"))));
  EXPECT_THAT(
      end.err,
      HasSubstr(
          "the tests of late are listed once it is deployed (list: deployed), and there is no cluster"));
}

TEST_F(DriverListDeployedTest, AnErrorNamesIt) {
  write_tests("");
  const auto end = run({"-run=Test"});
  EXPECT_EQ(end.code, 4);
  EXPECT_THAT(end.err, AllOf(HasSubstr("cannot list the tests of late"), HasSubstr("three is not deployed"),
                             HasSubstr("list: deployed")));
}

}  // namespace
