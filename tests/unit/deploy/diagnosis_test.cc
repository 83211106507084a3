#include "deploy/diagnosis.h"

#include <gmock/gmock.h>

using namespace harness;
using Json = nlohmann::json;
using testing::HasSubstr;

namespace {

Json pod(Json container) {
  container["name"] = "deck";
  return {{"status", {{"containerStatuses", Json::array({container})}}}};
}

Json waiting(const std::string& reason, const std::string& message = "", int restarts = 0) {
  return pod({{"restartCount", restarts}, {"state", {{"waiting", {{"reason", reason}, {"message", message}}}}}});
}

TEST(DiagnosisTest, SlowIsNotStuck) {
  EXPECT_FALSE(diagnose(Json::object()));
  EXPECT_FALSE(diagnose(waiting("ContainerCreating")));
  EXPECT_FALSE(diagnose(waiting("PodInitializing")));
  EXPECT_FALSE(diagnose(waiting("CrashLoopBackOff", "", 1))) << "one crash may be a lost race";
  EXPECT_FALSE(diagnose(pod({{"ready", false}, {"state", {{"running", Json::object()}}}})));
}

TEST(DiagnosisTest, NamesTheCause) {
  const auto pull = diagnose(waiting("ErrImagePull", "not found"));
  ASSERT_TRUE(pull);
  EXPECT_THAT(pull->cause, HasSubstr("cannot be pulled"));
  EXPECT_EQ(pull->evidence, "not found");
  EXPECT_THAT(diagnose(waiting("CreateContainerConfigError", "configmap \"x\" not found"))->cause, HasSubstr("not there"));
  EXPECT_THAT(diagnose(waiting("RunContainerError", "no such file"))->cause, HasSubstr("cannot be started"));
  EXPECT_THAT(diagnose(waiting("InvalidImageName"))->cause, HasSubstr("not valid"));
}

TEST(DiagnosisTest, TellsACrashLoopFromLackOfMemory) {
  auto crashing = waiting("CrashLoopBackOff", "", 3);
  auto& status = crashing["status"]["containerStatuses"][0];
  status["lastState"]["terminated"] = {{"exitCode", 7}, {"reason", "Error"}};
  const auto crash = diagnose(crashing);
  ASSERT_TRUE(crash);
  EXPECT_THAT(crash->evidence, HasSubstr("exit code 7"));
  EXPECT_EQ(crash->container, "deck");
  status["lastState"]["terminated"] = {{"exitCode", 137}, {"reason", "OOMKilled"}};
  EXPECT_THAT(diagnose(crashing)->cause, HasSubstr("more memory than its limit"));
}

TEST(DiagnosisTest, UnschedulableMayPass) {
  const Json conditions = Json::array({{{"type", "PodScheduled"}, {"reason", "Unschedulable"}, {"message", "Insufficient cpu"}}});
  const auto found = diagnose({{"status", {{"conditions", conditions}}}});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->may_pass);
  EXPECT_EQ(found->evidence, "Insufficient cpu");
}

}  // namespace
