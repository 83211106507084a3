#include "cluster/pod_owners.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Json = nlohmann::json;

const GroupKind kDeployment{"apps", "Deployment"}, kStatefulSet{"apps", "StatefulSet"},
    kReplicaSet{"apps", "ReplicaSet"}, kJob{"batch", "Job"}, kCronJob{"batch", "CronJob"}, kPod{"", "Pod"};

class PodOwnersTest : public testing::Test {
 protected:
  /// An object with a uid of its own: its name, unless another is given.
  static Json object(const std::string& name, const Json& spec = Json::object(),
                     const std::string& uid = "") {
    return {{"metadata", {{"name", name}, {"namespace", "default"}, {"uid", uid.empty() ? name : uid}}},
            {"spec", spec}};
  }
  static Json selecting(const std::string& name, const Json& labels) {
    return object(name, {{"selector", {{"matchLabels", labels}}}});
  }
  static Json owned(Json object, const GroupKind& type, const std::string& name,
                    const std::string& uid = "") {
    object["metadata"]["ownerReferences"] = {
        {{"apiVersion", (type.group.empty() ? "" : type.group + "/") + "v1"},
         {"kind", type.kind},
         {"name", name},
         {"uid", uid.empty() ? name : uid},
         {"controller", true}}};
    return object;
  }
  Json& pod(const std::string& name, const Json& labels = Json::object()) {
    auto& one = pods_[name] = object(name);
    one["metadata"]["labels"] = labels;
    return one;
  }
  std::vector<std::string> of(const GroupKind& type, const Json& workload) const {
    const PodOwners owners(pods_, sets_, jobs_);
    std::vector<std::string> names;
    for (const auto* one : owners.of(type, workload)) names.push_back(name_of(*one));
    return names;
  }

  const Json web_ = {{"app", "web"}};
  PodOwners::Objects pods_, sets_, jobs_;
};

TEST_F(PodOwnersTest, ByTheChainOfControllers) {
  sets_["web-1"] = owned(object("web-1"), kDeployment, "web");
  sets_["other-1"] = owned(object("other-1"), kDeployment, "other");
  jobs_["tick-1"] = owned(object("tick-1"), kCronJob, "tick");
  pods_["a"] = owned(pod("a", web_), kReplicaSet, "web-1");
  pods_["b"] = owned(pod("b", web_), kReplicaSet, "other-1");
  pods_["c"] = owned(pod("c"), kJob, "tick-1");
  pods_["d"] = owned(pod("d"), kStatefulSet, "db");
  EXPECT_THAT(of(kDeployment, selecting("web", web_)), ElementsAre("a"))
      << "another Deployment's pods may have its labels";
  EXPECT_THAT(of(kReplicaSet, selecting("web-1", web_)), ElementsAre("a"));
  EXPECT_THAT(of(kCronJob, object("tick")), ElementsAre("c"));
  EXPECT_THAT(of(kJob, selecting("tick-1", {{"batch.kubernetes.io/controller-uid", "u"}})), ElementsAre("c"));
  EXPECT_THAT(of(kStatefulSet, selecting("db", {{"app", "db"}})), ElementsAre("d"));
}

TEST_F(PodOwnersTest, APodIsItsOwn) {
  pod("web", web_);
  pod("web-2", web_);
  EXPECT_THAT(of(kPod, object("web")), ElementsAre("web"));
}

TEST_F(PodOwnersTest, WhatNobodyOwnsIsOfWhoSelectsIt) {
  pod("orphan", web_);
  pod("stranger", {{"app", "other"}});
  pods_["operated"] = owned(pod("operated", web_), {"example.com", "Job"}, "x");
  EXPECT_THAT(of(kDeployment, selecting("web", web_)), ElementsAre("orphan"));
  Json by_expression = object(
      "web", {{"selector",
               {{"matchExpressions", {{{"key", "app"}, {"operator", "In"}, {"values", {"web", "web2"}}}}}}}});
  EXPECT_THAT(of(kDeployment, by_expression), ElementsAre("orphan"));
  EXPECT_THAT(of(kCronJob, object("web")), IsEmpty()) << "it has no selector";
}

TEST_F(PodOwnersTest, WhatAnOrphanedReplicaSetHas) {
  sets_["old"] = object("old");  // its Deployment was deleted with --cascade=orphan
  pods_["a"] = owned(pod("a", web_), kReplicaSet, "old");
  EXPECT_THAT(of(kDeployment, selecting("web", web_)), ElementsAre("a"));
}

TEST_F(PodOwnersTest, WhatIsLeftOfAWorkloadThatWasMadeAnew) {
  sets_["web-1"] = owned(object("web-1"), kDeployment, "web", "before");
  pods_["a"] = owned(pod("a", web_), kReplicaSet, "web-1");
  pods_["b"] = owned(pod("b", web_), kReplicaSet, "gone");  // its ReplicaSet is deleted first
  pods_["c"] = owned(pod("c"), kStatefulSet, "db", "before");
  pods_["d"] = owned(pod("d"), kJob, "once", "before");
  EXPECT_THAT(of(kDeployment, selecting("web", web_)), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(of(kStatefulSet, selecting("db", {{"app", "db"}})), ElementsAre("c"));
  EXPECT_THAT(of(kJob, selecting("once", {{"controller-uid", "now"}})), ElementsAre("d"));
}

TEST_F(PodOwnersTest, OwnersThatOwnEachOtherEnd) {
  sets_["a"] = owned(object("a"), kReplicaSet, "b");
  sets_["b"] = owned(object("b"), kReplicaSet, "a");
  pods_["p"] = owned(pod("p", web_), kReplicaSet, "a");
  EXPECT_THAT(of(kReplicaSet, selecting("b", web_)), ElementsAre("p"));
  EXPECT_THAT(of(kDeployment, selecting("web", web_)), IsEmpty());
}

TEST_F(PodOwnersTest, JobsOfACronJob) {
  jobs_["tick-1"] = owned(object("tick-1"), kCronJob, "tick");
  jobs_["tock-1"] = owned(object("tock-1"), kCronJob, "tock");
  jobs_["tick-2"] = object("tick-2");
  EXPECT_EQ(jobs_of(object("tick"), jobs_).size(), 1u);
}

}  // namespace
}  // namespace harness
