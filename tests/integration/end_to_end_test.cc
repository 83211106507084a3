#include <gmock/gmock.h>

#include "ci_repository.h"
#include "framework/about.h"

namespace {

using test::CiRepository;
using testing::HasSubstr;

/// A pull request is opened, its webhook reaches hook, a job clones base and pull request from the git server
/// and runs, and its status arrives on the pull request.
INTEGRATION_TEST(TestEndToEnd, APullRequestGetsItsStatus, .timeout = std::chrono::minutes(3)) {
  const CiRepository repository;
  repository.add_hook();
  test::step("a pull request is opened");
  const int pull = repository.open_pull();
  test::step("its job succeeds, and the status arrives");
  repository.wait_for_state(repository.head, "greet", "success");
  test::step("deck shows the job");
  const auto job = repository.wait_for_jobs("greet")[0];
  EXPECT_EQ(job.at("pull"), std::to_string(pull));
  EXPECT_EQ(repository.call("GET", "/commits/" + repository.head + "/status").at("state"), "success");
}

INTEGRATION_TEST(TestEndToEnd, OneThatBreaksSomethingGetsItsFailure, .timeout = std::chrono::minutes(3)) {
  const CiRepository repository("goodbye");
  repository.add_hook();
  repository.open_pull();
  repository.wait_for_state(repository.head, "greet", "failure");
}

}  // namespace
