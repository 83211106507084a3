// deploy/diagnosis.cc and the rules of deploy/trouble: one pod each, as small as the rule needs it. Whole
// recorded ones: diagnosis_recorded_test.cc.
#include "deploy/diagnosis.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "deploy/trouble/admission.h"
#include "deploy/trouble/quantity.h"

namespace harness {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;
using std::chrono::seconds;

Json pod(Json container) {
  container["name"] = "web";
  return {{"metadata", {{"name", "web-1"}, {"namespace", "ns"}, {"uid", "u1"}}},
          {"status", {{"containerStatuses", Json::array({container})}}}};
}

Json waiting(const std::string& reason, const std::string& message = "", int restarts = 0) {
  return pod({{"restartCount", restarts},
              {"image", "x:1"},
              {"state", {{"waiting", {{"reason", reason}, {"message", message}}}}}});
}

Json ended(int code, const std::string& reason, int restarts) {
  return pod(
      {{"restartCount", restarts}, {"state", {{"terminated", {{"exitCode", code}, {"reason", reason}}}}}});
}

std::string cause_of(const Json& pod) {
  const auto found = diagnose_pod(pod);
  return found ? found->cause : "";
}

TEST(DiagnosisTest, SlowIsNotStuck) {
  EXPECT_FALSE(diagnose_pod(Json::object()));
  EXPECT_FALSE(diagnose_pod(waiting("ContainerCreating")));
  EXPECT_FALSE(diagnose_pod(waiting("PodInitializing")));
  EXPECT_FALSE(diagnose_pod(ended(1, "Error", 0))) << "one crash may be a lost race";
  EXPECT_FALSE(diagnose_pod(pod({{"ready", false}, {"state", {{"running", Json::object()}}}})));
}

TEST(DiagnosisTest, WhatThePullSays) {
  const std::string image = "pod web-1: container web: the image x:1 ";
  for (const auto& [message, cause] : std::map<std::string, std::string>{
           {"failed to pull: registry/x:1: not found", image + "is not in the registry"},
           {"lookup docker.io: no such host",
            image + "cannot be pulled: its registry's name is unknown here"},
           {"pull access denied, authorization failed",
            image + "cannot be pulled: the registry refuses access"},
           {"failed to resolve reference: pull access denied, repository does not exist or may require "
            "authorization: authorization failed: no basic auth credentials",
            image + "cannot be pulled: the registry refuses access"},
           {"failed to do request: tls: failed to verify certificate: x509: certificate signed by unknown "
            "authority",
            image + "cannot be pulled: the node does not believe the registry's certificate"},
           {"no match for platform in manifest: not found",
            image + "is for another architecture than the node's"},
           {"dial tcp 1.2.3.4:443: i/o timeout", image + "cannot be pulled: its registry does not answer"}})
    EXPECT_EQ(cause_of(waiting("ErrImagePull", message)), cause) << message;
  EXPECT_EQ(cause_of(waiting("InvalidImageName")), image + "has no valid name");
}

TEST(DiagnosisTest, ARegistryThatDoesNotAnswerMayRecover) {
  EXPECT_GT(diagnose_pod(waiting("ErrImagePull", "dial tcp: i/o timeout"))->must_last, seconds(20))
      << "two more tries of the kubelet";
  EXPECT_EQ(diagnose_pod(waiting("ErrImagePull", "x:1: not found"))->must_last, seconds(0));
}

TEST(DiagnosisTest, AClaimWhoseVolumeIsNotMadeWhateverTheSchedulerSaidBefore) {
  Json waits = {
      {"metadata", {{"name", "web-1"}, {"namespace", "ns"}}},
      {"spec", {{"volumes", {{{"name", "v"}, {"persistentVolumeClaim", {{"claimName", "data"}}}}}}}},
      {"status", {{"phase", "Pending"}}}};
  Scene scene{.pods = {waits}};
  scene.events = {{{"involvedObject", {{"uid", "c"}}},
                   {"reason", "ProvisioningFailed"},
                   {"message", "only ReadWriteOnce is supported"}}};
  scene.get = [](const std::string& path) {
    if (path.ends_with("/persistentvolumeclaims/data"))
      return Json{{"metadata", {{"name", "data"}, {"uid", "c"}}},
                  {"spec", {{"storageClassName", "standard"}}},
                  {"status", {{"phase", "Pending"}}}};
    return path.ends_with("/storageclasses/standard") ? Json::object() : Json();
  };
  const auto found = diagnose(scene);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].cause, "pod web-1: PersistentVolumeClaim data is not bound: its volume cannot be made");
  EXPECT_EQ(found[0].evidence, "only ReadWriteOnce is supported");
  scene.events.clear();
  EXPECT_TRUE(diagnose(scene).empty()) << "it is being made";
}

TEST(DiagnosisTest, WhatItsConfigurationMisses) {
  EXPECT_EQ(cause_of(waiting("CreateContainerConfigError", "configmap \"c\" not found")),
            "pod web-1: container web: there is no ConfigMap c");
  EXPECT_EQ(cause_of(waiting("CreateContainerConfigError", "secret \"s\" not found")),
            "pod web-1: container web: there is no Secret s");
  EXPECT_EQ(cause_of(waiting("CreateContainerConfigError", "couldn't find key k in ConfigMap ns/c")),
            "pod web-1: container web: ConfigMap ns/c has no key k");
  Scene scene{.pods = {waiting("CreateContainerConfigError", "configmap \"web-config\" not found")}};
  scene.get = [](const std::string& path) {
    if (path != "/api/v1/namespaces/ns/configmaps") return Json();
    return Json{{"items", {{{"metadata", {{"name", "web-confog"}}}}}}};
  };
  EXPECT_THAT(diagnose(scene)[0].hint, HasSubstr("did you mean web-confog?"));
}

TEST(DiagnosisTest, TheSecondCrashIsALoop) {
  const auto crash = diagnose_pod(ended(7, "Error", 1));
  ASSERT_TRUE(crash);
  EXPECT_EQ(crash->cause, "pod web-1: container web crashes at every start");
  EXPECT_EQ(crash->evidence, "exit code 7, ended 2 times");
  EXPECT_EQ(crash->container, "web");
  EXPECT_EQ(diagnose_pod(ended(139, "Error", 1))->evidence, "killed by signal 11, ended 2 times");
}

TEST(DiagnosisTest, AProgramThatMissesAnotherMayCrashTwice) {
  Scene scene{.pods = {ended(1, "Error", 1)}};
  scene.log = [](auto, auto) { return "cannot reach db:5432: connection refused"; };
  EXPECT_TRUE(diagnose(scene).empty());
  scene.pods = {ended(1, "Error", 2)};
  EXPECT_EQ(diagnose(scene)[0].cause, "pod web-1: container web crashes at every start");
}

TEST(DiagnosisTest, AServerThatEndsWellIsNotDone) {
  auto one = waiting("CrashLoopBackOff", "", 1);
  one["status"]["containerStatuses"][0]["lastState"]["terminated"] = {{"exitCode", 0},
                                                                      {"reason", "Completed"}};
  EXPECT_EQ(cause_of(one), "pod web-1: container web ends at once, as if it were done");
}

TEST(DiagnosisTest, OutOfMemoryIsNamedWithItsLimit) {
  auto one = ended(137, "OOMKilled", 1);
  one["spec"]["containers"] = {{{"name", "web"}, {"resources", {{"limits", {{"memory", "16Mi"}}}}}}};
  EXPECT_EQ(cause_of(one), "pod web-1: container web is killed for using more memory than its limit, 16Mi");
}

TEST(DiagnosisTest, AnEndByMemoryWhoseReasonIsNotKnownYet) {
  auto one = ended(137, "Error", 1);
  EXPECT_THAT(cause_of(one), HasSubstr("crashes at every start")) << "it has no limit";
  one["spec"]["containers"] = {{{"name", "web"}, {"resources", {{"limits", {{"memory", "16Mi"}}}}}}};
  EXPECT_EQ(cause_of(one), "pod web-1: container web is killed for using more memory than its limit, 16Mi");
  const Scene probed{.pods = {one},
                     .events = {{{"reason", "Unhealthy"},
                                 {"message", "Liveness probe failed"},
                                 {"involvedObject", {{"uid", one["metadata"]["uid"]}}}}}};
  for (const auto& found : diagnose(probed))
    EXPECT_THAT(found.cause, testing::Not(HasSubstr("memory"))) << "its probe killed it";
}

TEST(DiagnosisTest, AnotherArchitectureIsSeenAtTheFirstEnd) {
  Scene scene{.pods = {ended(255, "Error", 0)}};
  scene.log = [](auto, auto) { return "exec /prog: exec format error"; };
  EXPECT_THAT(diagnose(scene)[0].cause, HasSubstr("is for another architecture"));
}

TEST(DiagnosisTest, APortThatIsTaken) {
  Scene scene{.pods = {ended(1, "Error", 1)}};
  scene.log = [](auto, auto) { return "bind() to 0.0.0.0:80 failed (98: Address already in use)"; };
  EXPECT_THAT(diagnose(scene)[0].cause, HasSubstr("its port is taken in the pod"));
  scene.pods[0]["spec"]["hostNetwork"] = true;
  EXPECT_THAT(diagnose(scene)[0].cause, HasSubstr("its port is taken on the node"));
}

TEST(DiagnosisTest, ARightIsMissingOnlyWhereTheApiSaysSo) {
  bool allowed = false;
  Scene scene{.pods = {pod({{"ready", false}, {"state", {{"running", Json::object()}}}})}};
  scene.log = [](auto, auto) {
    return "E1 pods is forbidden: User \"system:serviceaccount:ns:web\" cannot list resource \"pods\" in API "
           "group \"\" in the "
           "namespace \"ns\"\nand on it goes";
  };
  scene.ask = [&](const std::string&, const Json& review) {
    EXPECT_EQ(review["spec"]["resourceAttributes"],
              Json({{"verb", "list"}, {"resource", "pods"}, {"group", ""}, {"namespace", "ns"}}));
    EXPECT_EQ(review["spec"]["groups"][2], "system:serviceaccounts:ns");
    return Json{{"status", {{"allowed", allowed}}}};
  };
  ASSERT_FALSE(diagnose(scene).empty());
  EXPECT_EQ(diagnose(scene)[0].cause,
            "pod web-1: container web: system:serviceaccount:ns:web may not list pods in namespace ns");
  allowed = true;
  EXPECT_TRUE(diagnose(scene).empty()) << "the binding came a moment later";
}

TEST(DiagnosisTest, WhatMayNotBeLookedUpTellsNothing) {
  Scene scene{.pods = {pod({{"ready", false}, {"state", {{"running", Json::object()}}}})}};
  scene.log = [](auto, auto) -> std::string { throw Error("no access", {.exit_code = kUsage}); };
  EXPECT_TRUE(diagnose(scene).empty());
}

TEST(DiagnosisTest, ATaintOfTheControlPlaneGoesByItself) {
  const auto found = [](const std::string& taint) {
    return diagnose_pod(
        {{"metadata", {{"name", "web-1"}, {"namespace", "ns"}, {"uid", "u1"}}},
         {"status",
          {{"conditions",
            {{{"type", "PodScheduled"},
              {"status", "False"},
              {"reason", "Unschedulable"},
              {"message", "0/1 nodes are available: 1 node(s) had untolerated taint " + taint + "."}}}}}}});
  };
  for (const char* taint : {"{node.kubernetes.io/not-ready: }", "{node.kubernetes.io/unreachable: }",
                            "{node.kubernetes.io/disk-pressure: }"})
    EXPECT_TRUE(found(taint)->may_pass) << taint;
  for (const char* taint : {"{dedicated: gpu}", "{node.kubernetes.io/unschedulable: }",
                            "{node-role.kubernetes.io/control-plane: }"})
    EXPECT_FALSE(found(taint)->may_pass) << taint;
}

TEST(DiagnosisTest, WhatCannotPassComesFirst) {
  Scene scene{.pods = {pod({{"ready", false}, {"state", {{"running", Json::object()}}}}),
                       waiting("ErrImagePull", "not found")}};
  scene.events = {{{"reason", "Unhealthy"},
                   {"message", "Readiness probe failed: HTTP probe failed with statuscode: 503"},
                   {"involvedObject", {{"uid", "u1"}, {"fieldPath", "spec.containers{web}"}}}}};
  const auto all = diagnose(scene);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].may_pass);
  EXPECT_EQ(all[1].cause, "pod web-1: container web runs, but its Readiness probe answers HTTP 503");
  EXPECT_TRUE(all[1].may_pass);
}

TEST(RefusalTest, KnowsWhoRefuses) {
  for (const auto& [message, cause] : std::map<std::string, std::string>{
           {"pods \"a\" is forbidden: exceeded quota: q, requested: cpu=1, used: cpu=0, limited: cpu=500m",
            "the quota q is used up"},
           {"pods \"a\" is forbidden: failed quota: q: must specify cpu for: web",
            "the quota q requires requests and limits"},
           {"pods \"a\" is forbidden: maximum cpu usage per Container is 100m, but limit is 1",
            "a LimitRange does not allow what it asks for"},
           {"error looking up service account ns/x: serviceaccount \"x\" not found",
            "there is no ServiceAccount x"},
           {"Internal error occurred: failed calling webhook \"a.b.c\": failed to call webhook: Post",
            "the webhook a.b.c does not answer"},
           {"admission webhook \"a.b.c\" denied the request: no", "the webhook a.b.c refuses it"},
           {"violates PodSecurity \"restricted:latest\": x",
            "its namespace allows no such pods: PodSecurity restricted:latest"}})
    EXPECT_EQ(refusal(message).value().cause, cause);
  EXPECT_FALSE(refusal("spec.replicas: Invalid value"));
}

TEST(QuantityTest, ReadsAndWritesWhatKubernetesDoes) {
  EXPECT_DOUBLE_EQ(quantity("250m"), 0.25);
  EXPECT_DOUBLE_EQ(quantity("2"), 2);
  EXPECT_DOUBLE_EQ(quantity("64Mi"), 64.0 * 1024 * 1024);
  EXPECT_DOUBLE_EQ(quantity("1.5G"), 1.5e9);
  EXPECT_DOUBLE_EQ(quantity("1e3"), 1000);
  EXPECT_DOUBLE_EQ(quantity("many"), 0);
  EXPECT_EQ(format_quantity("cpu", 1.25), "1.25");
  EXPECT_EQ(format_quantity("memory", 1.5 * 1024 * 1024 * 1024), "1.5Gi");
  EXPECT_EQ(format_quantity("ephemeral-storage", 512), "512");
}

TEST(PatienceTest, BelievesWhatLastsAndSaysItOnce) {
  Patience patience;
  const Patience::Time begin{};
  const Diagnosis lasting{.cause = "a", .evidence = "", .hint = "", .must_last = seconds(3)},
      sure{.cause = "b", .evidence = "", .hint = ""};
  EXPECT_TRUE(patience.believe({lasting}, begin).empty());
  EXPECT_EQ(patience.suspicion()->cause, "a");
  EXPECT_EQ(patience.believe({sure, lasting}, begin + seconds(1)).at(0).cause, "b");
  EXPECT_EQ(patience.believe({sure, lasting}, begin + seconds(3)).at(0).cause, "a");
  EXPECT_TRUE(patience.believe({lasting, sure}, begin + seconds(9)).empty());
}

TEST(PatienceTest, ACauseComesBeforeItsEffect) {
  Patience patience;
  const Patience::Time begin{};
  const Diagnosis cause{.cause = "no right", .evidence = "", .hint = "", .must_last = seconds(3)},
      effect{.cause = "crashes", .evidence = "", .hint = ""};
  EXPECT_TRUE(patience.believe({cause, effect}, begin).empty());
  EXPECT_EQ(patience.believe({cause, effect}, begin + seconds(3)).at(0).cause, "no right");
  Patience other;
  other.believe({cause, effect}, begin);
  EXPECT_EQ(other.believe({effect}, begin + seconds(1)).at(0).cause, "crashes") << "the right has come";
}

TEST(PatienceTest, WhatWentAwayBeginsAnew) {
  Patience patience;
  const Patience::Time begin{};
  const Diagnosis lasting{.cause = "a", .evidence = "", .hint = "", .must_last = seconds(3)};
  patience.believe({lasting}, begin);
  patience.believe({}, begin + seconds(2));
  EXPECT_FALSE(patience.suspicion());
  EXPECT_TRUE(patience.believe({lasting}, begin + seconds(4)).empty());
  EXPECT_EQ(patience.believe({lasting}, begin + seconds(7)).size(), 1u);
  patience.believe({}, begin + seconds(8));
  patience.believe({lasting}, begin + seconds(9));
  EXPECT_TRUE(patience.believe({lasting}, begin + seconds(20)).empty()) << "it was said";
}

}  // namespace
}  // namespace harness
