// Two runs at once: of one instance, and of two.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>

#include "base/files.h"
#include "base/text.h"
#include "cluster/instance.h"
#include "driver/driver.h"
#include "support/processes.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

class DriverTwoAtOnceTest : public DriverTest {
 protected:
  DriverTwoAtOnceTest() { write_instance(); }

  /// A test that shows that it runs, and that it is alone.
  std::string exclusive_test() const {
    const auto mark = (scratch_ / "mark").string();
    return "tests: [{name: TestOne, command: \"mkdir " + mark + " || exit 9; echo ran >> " +
           (scratch_ / "ran").string() + "; rmdir " + mark + "\"}]\n";
  }
  size_t count_of(const std::string& text, const std::string& part) const {
    size_t count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }
};

TEST_F(DriverTwoAtOnceTest, NoWaitFailsAtOnceAndNamesTheHolder) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  std::string holder;
  const auto lock = harness::FileLock::try_lock(project_ / ".harness/default/lock", &holder);
  ASSERT_TRUE(lock);
  const auto end = run({"-run=TestOne", "-no-wait"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err,
              HasSubstr("error: instance default is in use by process " + std::to_string(getpid()) + " ("));
  EXPECT_THAT(end.err, testing::ContainsRegex("\\) since 20[0-9-]+ [0-9:]+\n"));
  EXPECT_THAT(end.err, HasSubstr("hint: wait for it to end (without -no-wait), or use -name=OTHER\n"));
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(DriverTwoAtOnceTest, TheSecondWaitsAndSaysForWhom) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  std::string holder;
  auto lock = harness::FileLock::try_lock(project_ / ".harness/default/lock", &holder);
  ASSERT_TRUE(lock);
  start({"-no-setup", "-run=TestOne"});
  EXPECT_TRUE(eventually([&] { return said().find("waiting for it to end") != std::string::npos; }))
      << said();
  EXPECT_THAT(said(), HasSubstr("instance default is in use by process " + std::to_string(getpid())));
  EXPECT_THAT(calls(), IsEmpty());
  lock.reset();
  const auto end = wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(count_of(end.err, "is in use by"), 1u) << "said once";
}

TEST_F(DriverTwoAtOnceTest, CtrlCEndsTheWait) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  std::string holder;
  const auto lock = harness::FileLock::try_lock(project_ / ".harness/default/lock", &holder);
  start({"-no-setup", "-run=TestOne"});
  EXPECT_TRUE(eventually([&] { return said().find("waiting for it to end") != std::string::npos; }));
  interrupt(SIGINT);
  EXPECT_EQ(wait().code, 130);
}

TEST_F(DriverTwoAtOnceTest, FiftyRoundsOfOneInstanceRunOneAfterTheOther) {
  write_project(exclusive_test());
  for (int round = 1; round <= 50; ++round) {
    start({"-no-setup", "-run=TestOne"}, "a");
    start({"-no-setup", "-run=TestOne"}, "b");
    const auto a = wait("a"), b = wait("b");
    ASSERT_EQ(a.code, 0) << round << "\n" << a.err << a.out;
    ASSERT_EQ(b.code, 0) << round << "\n" << b.err << b.out;
  }
  EXPECT_EQ(count_of(text_of(scratch_ / "ran"), "ran\n"), 100u);
}

TEST_F(DriverTwoAtOnceTest, FiftyRoundsOfTwoInstancesDoNotMeet) {
  write_project(
      "tests: [{name: TestOne, command: 'echo $KUBECONFIG $TMPDIR $HARNESS_ARTIFACTS > "
      "$HARNESS_ARTIFACTS/where; test -d $TMPDIR'}]\n");
  harness::Project project;
  project.root = project_.root();
  harness::Instance(project, "other").save({"http://localhost:8124"});
  project_.write(".harness/other/kubeconfig", kubeconfig());
  // What belongs to the user and not to the harness.
  env_["KUBECONFIG"] = scratch_.write("mine", "current-context: mine\n").string();
  scratch_.write("home/.kube/config", "current-context: home\n");
  scratch_.write("home/.docker/config.json", "{\"auths\": {}}\n");
  for (int round = 1; round <= 50; ++round) {
    start({"-no-setup", "-run=TestOne"}, "a");
    start({"-no-setup", "-run=TestOne", "-name=other", "-no-wait"}, "b");
    const auto a = wait("a"), b = wait("b");
    ASSERT_EQ(a.code, 0) << round << "\n" << a.err << a.out;
    ASSERT_EQ(b.code, 0) << round << "\n" << b.err << b.out;
    ASSERT_THAT(a.err + b.err, Not(HasSubstr("in use by")));
  }
  run({"-teardown"});
  EXPECT_EQ(text_of(scratch_ / "mine") + text_of(scratch_ / "home/.kube/config") +
                text_of(scratch_ / "home/.docker/config.json"),
            "current-context: mine\ncurrent-context: home\n{\"auths\": {}}\n");
  for (const auto& line : harness::split(calls(), '\n')) {
    if (!line.starts_with("kind create") && !line.starts_with("kind delete")) continue;
    EXPECT_THAT(line, HasSubstr(" --kubeconfig /")) << "kind would write the user's";
  }
  const std::string where = "artifacts/tests/TestOne.log.d/where";
  const auto one = file(".harness/default/" + where), other = file(".harness/other/" + where);
  EXPECT_THAT(one, AllOf(HasSubstr(".harness/default/kubeconfig"), HasSubstr("harness-default-"),
                         Not(HasSubstr("other"))));
  EXPECT_THAT(other, AllOf(HasSubstr(".harness/other/kubeconfig"), HasSubstr("harness-other-"),
                           Not(HasSubstr("default"))));
}

}  // namespace
