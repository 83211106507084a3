// deploy/diagnosis.cc: pods that had trouble and are well now, and causes in every place a pod can have them.
#include <gmock/gmock.h>

#include "deploy/diagnosis.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

Json pod_with(const char* list, const Json& container) {
  return {{"status", {{list, Json::array({container})}}}};
}

TEST(DiagnosisHealthyTest, ATroubleThatIsOverIsNone) {
  const Json running = {{"running", {{"startedAt", "2024-01-01T00:00:00Z"}}}};
  for (const char* reason : {"StartError", "OOMKilled", "Error"})
    EXPECT_FALSE(diagnose_pod(pod_with(
        "containerStatuses", {{"name", "deck"},
                              {"restartCount", 5},
                              {"state", running},
                              {"lastState", {{"terminated", {{"reason", reason}, {"exitCode", 128}}}}}})))
        << reason;
}

TEST(DiagnosisHealthyTest, AContainerThatEndedWellIsNoTrouble) {
  EXPECT_FALSE(diagnose_pod(pod_with(
      "initContainerStatuses", {{"name", "init"},
                                {"restartCount", 3},
                                {"state", {{"terminated", {{"exitCode", 0}, {"reason", "Completed"}}}}}})));
  EXPECT_FALSE(diagnose_pod(
      pod_with("containerStatuses", {{"name", "job"},
                                     {"restartCount", 0},
                                     {"state", {{"terminated", {{"exitCode", 1}, {"reason", "Error"}}}}}})));
}

TEST(DiagnosisHealthyTest, SchedulingThatIsDoneOrOpenIsNoTrouble) {
  for (const Json& condition :
       {Json{{"type", "PodScheduled"}, {"status", "True"}},
        Json{{"type", "PodScheduled"}, {"status", "False"}, {"reason", "SchedulingGated"}},
        Json{{"type", "Ready"}, {"status", "False"}, {"reason", "ContainersNotReady"}}})
    EXPECT_FALSE(diagnose_pod({{"status", {{"phase", "Pending"}, {"conditions", Json::array({condition})}}}}))
        << condition;
}

TEST(DiagnosisHealthyTest, TheKubeletsOwnPaceOfPullingIsNoFault) {
  EXPECT_FALSE(diagnose_pod(
      pod_with("containerStatuses",
               {{"name", "web"},
                {"image", "none:1"},
                {"state", {{"waiting", {{"reason", "ErrImagePull"}, {"message", "pull QPS exceeded"}}}}}})));
}

TEST(DiagnosisHealthyTest, AnInitContainerIsLookedAtToo) {
  const auto found = diagnose_pod(
      pod_with("initContainerStatuses",
               {{"name", "init"},
                {"image", "none:1"},
                {"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "no such image"}}}}}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause, "pod : init container init: the image none:1 cannot be pulled");
  EXPECT_EQ(found->evidence, "no such image");
  EXPECT_EQ(found->container, "");  // it has no log
  EXPECT_FALSE(found->may_pass);
  EXPECT_EQ(found->must_last, std::chrono::seconds(0));
}

TEST(DiagnosisHealthyTest, AProgramThatIsNotInTheImage) {
  const auto found = diagnose_pod(
      pod_with("containerStatuses",
               {{"name", "deck"},
                {"restartCount", 1},
                {"state", {{"waiting", {{"reason", "CrashLoopBackOff"}}}}},
                {"lastState",
                 {{"terminated", {{"reason", "StartError"}, {"message", "exec: \"/x\": no such file"}}}}}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause, "pod : container deck cannot be started");
  EXPECT_THAT(found->evidence, HasSubstr("exec: \"/x\""));
}

}  // namespace
}  // namespace harness
