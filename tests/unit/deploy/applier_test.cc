// deploy/applier.cc and deploy/recreate.cc against a cluster in memory that refuses what the API refuses.
#include "deploy/applier.h"

#include <gmock/gmock.h>

#include <optional>

#include "base/error.h"
#include "deploy/unanswered_webhooks.h"
#include "driver/fake_cluster.h"
#include "support/errors.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kDeployments = "/apis/apps/v1/namespaces/default/deployments/";

std::string deployment(const std::string& name, const std::string& more = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         "}\nspec:\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: c, image: i" + more + "}]}\n---\n";
}

const std::string kDefinition =
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
    "things.example.com}\n"
    "spec: {group: example.com, scope: Namespaced, names: {plural: things, kind: Thing}, versions: [{name: "
    "v1, served: true, storage: true}]}\n---\n";
const std::string kThing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\n---\n";

std::string webhook(const std::string& service, const std::string& resource) {
  return "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: "
         "{name: hook}\nwebhooks:\n- name: hook.example.com\n  clientConfig: {service: {name: " +
         service + ", namespace: default}}\n  rules: [{resources: [" + resource + "]}]\n---\n";
}
const std::string kHookService =
    "apiVersion: v1\nkind: Service\nmetadata: {name: hook}\nspec: {selector: {app: hook}, ports: [{port: "
    "443}]}\n---\n";

class ApplierTest : public testing::Test, protected WithKubeconfig {
 protected:
  void apply(const std::string& text, bool may_lose_data = false, milliseconds timeout = seconds(20)) {
    objects_ = read_manifest({"m.yaml", text});
    const Waiting waiting{.deadline = steady_clock::now() + timeout,
                          .on_progress = [](const std::string&) {},
                          .on_notice = [&](const std::string& line) { notices_.push_back(line); },
                          .on_trouble = [&](const Diagnosis& one) { troubles_.push_back(one.cause); },
                          .others_come = [&](bool is_blocked) { return is_blocked && others_come_(); }};
    remove_unanswered_webhooks(api_, objects_, waiting, {});
    Applier(api_, waiting, may_lose_data, {}).apply(objects_);
  }
  std::string said(const std::string& text, bool may_lose_data = false,
                   milliseconds timeout = milliseconds(300)) {
    return error_of([&] { apply(text, may_lose_data, timeout); }).what();
  }
  bool is_there(const std::string& path) { return !api_.get(path).is_null(); }

  std::vector<Object> objects_;
  std::vector<std::string> notices_, troubles_;
  std::function<bool()> others_come_ = [] { return false; };
  FakeCluster cluster_;
  KubeApi api_{kubeconfig(cluster_), seconds(20), std::stop_token()};
};

TEST_F(ApplierTest, AMisspeltKindIsNotWaitedFor) {
  const auto began = steady_clock::now();
  const auto error = error_of([&] {
    apply(kDefinition + "apiVersion: example.com/v1\nkind: Thnig\nmetadata: {name: one}\n", false,
          seconds(60));
  });
  EXPECT_STREQ(error.what(),
               "cannot apply Thnig one (m.yaml:6:1): the cluster knows no Thnig of example.com/v1, and "
               "nothing in this run defines one");
  EXPECT_EQ(error.details.hint, "did you mean kind: Thing?");
  EXPECT_LT(steady_clock::now() - began, seconds(20));
}

TEST_F(ApplierTest, AKindThatAnotherComponentBringsLate) {
  int looks = 0;
  others_come_ = [&] {
    if (++looks == 2)
      cluster_.apply("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com",
                     read_manifest({"d.yaml", kDefinition})[0].body);
    return true;
  };
  apply(kThing, false, seconds(60));
  EXPECT_TRUE(is_there("/apis/example.com/v1/namespaces/default/things/one"));
}

TEST_F(ApplierTest, AnObjectWaitsForItsDefinition) {
  apply(kThing + kDefinition);
  EXPECT_TRUE(is_there("/apis/example.com/v1/namespaces/default/things/one"));
  EXPECT_THAT(troubles_, IsEmpty()) << "that is normal";
}

TEST_F(ApplierTest, AfterMeansThatADefinitionIsServed) {
  apply(kDefinition);
  EXPECT_TRUE(api_.knows("example.com/v1", "Thing"));
}

TEST_F(ApplierTest, WhatNobodyDefinesIsWaitedForAndNamed) {
  EXPECT_EQ(said(kThing),
            "cannot apply Thing one (m.yaml:1:1): the cluster knows no Thing of example.com/v1 (it was "
            "retried until the component's timeout)");
  const auto began = steady_clock::now();
  EXPECT_THAT(said("apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: x}\n", false, seconds(60)),
              HasSubstr("knows no Deploymnet of apps/v1"));
  EXPECT_LT(steady_clock::now() - began, seconds(5))
      << "Kubernetes' own types are there from the start, or never";
}

TEST_F(ApplierTest, AWebhookInTheManifestOfItsServer) {
  apply(webhook("hook", "pods") + kHookService + deployment("hook"));
  EXPECT_EQ(cluster_.objects("pods").size(), 1u);
  // Its server went, and is to come again.
  notices_.clear();
  for (const auto& [path, object] : cluster_.objects("pods")) cluster_.remove(path);
  apply(webhook("hook", "pods") + kHookService + deployment("hook", ", args: [new]"));
  EXPECT_EQ(cluster_.objects("pods").size(), 1u);
  EXPECT_THAT(notices_,
              ElementsAre(HasSubstr(
                  "ValidatingWebhookConfiguration hook is recreated: no pod of its Service hook is ready")));
}

TEST_F(ApplierTest, ARefusalThatMayPassEndsWithTheTimeout) {
  const auto error =
      error_of([&] { apply(webhook("nobody", "things") + kDefinition + kThing, false, seconds(8)); });
  EXPECT_STREQ(error.what(),
               "cannot apply Thing one (m.yaml:14:1): the webhook hook.example.com does not answer (it was "
               "retried until the component's timeout)");
  EXPECT_EQ(error.details.exit_code, kDeploy);
  EXPECT_THAT(troubles_, ElementsAre(HasSubstr("the webhook hook.example.com does not answer")))
      << "said once, after some seconds";
}

TEST_F(ApplierTest, NoneThatWaitsKeepsAnotherFromBeingApplied) {
  // The namespace comes from elsewhere, while the rest is applied.
  said("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: later}\n---\n" + deployment("web"));
  EXPECT_TRUE(is_there(kDeployments + "web"));
}

struct Change {
  const char *title, *before, *after, *path;
};
const Change kChanges[] = {
    {"selector",
     "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}}\n",
     "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: c}}}\n",
     "/apis/apps/v1/namespaces/default/daemonsets/x"},
    {"serviceName", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {serviceName: a}\n",
     "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {serviceName: b}\n",
     "/apis/apps/v1/namespaces/default/statefulsets/x"},
    {"clusterIP", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {clusterIP: None}\n",
     "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {clusterIP: 10.96.0.9}\n",
     "/api/v1/namespaces/default/services/x"},
    {"roleRef",
     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\nroleRef: "
     "{name: a}\n",
     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\nroleRef: "
     "{name: b}\n",
     "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x"},
    {"a Secret's type", "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ntype: Opaque\n",
     "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ntype: kubernetes.io/tls\n",
     "/api/v1/namespaces/default/secrets/x"},
    {"immutable: true",
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nimmutable: true\ndata: {a: b}\n",
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nimmutable: true\ndata: {a: c}\n",
     "/api/v1/namespaces/default/configmaps/x"},
    {"a Job's template", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {template: {a: b}}\n",
     "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {template: {a: c}}\n",
     "/apis/batch/v1/namespaces/default/jobs/x"},
    {"a StorageClass",
     "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nparameters: {a: b}\n",
     "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nparameters: {a: c}\n",
     "/apis/storage.k8s.io/v1/storageclasses/x"},
};

TEST_F(ApplierTest, WhatCannotBeChangedIsMadeAnew) {
  for (const auto& change : kChanges) {
    notices_.clear();
    apply(change.before);
    const auto before = api_.get(change.path);
    apply(change.after);
    const auto after = api_.get(change.path);
    EXPECT_NE(before["metadata"]["uid"], after["metadata"]["uid"]) << change.title;
    EXPECT_THAT(notices_, ElementsAre(HasSubstr(" x is recreated: "))) << change.title;
    apply(change.after);
    EXPECT_EQ(after["metadata"]["uid"], api_.get(change.path)["metadata"]["uid"])
        << change.title << ": applied once more";
  }
}

/// A Deployment whose pods name a ConfigMap that never changes.
std::string with_immutable(const std::string& text) {
  return deployment("web", "}], volumes: [{name: v, configMap: {name: x}") +
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nimmutable: true\ndata: {a: " + text + "}\n";
}

TEST_F(ApplierTest, NoPodOfBeforeNamesAnImmutableConfigMapThatIsMadeAnew) {
  apply(with_immutable("b") + "---\n" + deployment("other"));
  const auto web = uid_of(api_.get(kDeployments + "web")), other = uid_of(api_.get(kDeployments + "other"));
  apply(with_immutable("c") + "---\n" + deployment("other"));
  EXPECT_THAT(
      notices_,
      ElementsAre(
          HasSubstr("ConfigMap x is recreated: "),
          "Deployment web is recreated: its pods name ConfigMap x, which is immutable and has changed"));
  EXPECT_NE(uid_of(api_.get(kDeployments + "web")), web) << "nodes keep what it held for the new pods";
  EXPECT_EQ(uid_of(api_.get(kDeployments + "other")), other);
  // Somebody deletes it, which its pods outlive.
  notices_.clear();
  cluster_.remove("/api/v1/namespaces/default/configmaps/x");
  apply(with_immutable("d"));
  EXPECT_THAT(
      notices_,
      ElementsAre(
          "Deployment web is recreated: its pods name ConfigMap x, which is immutable and has changed"));
}

TEST_F(ApplierTest, WhatIsWrongBesidesIsNotDeleted) {
  apply(deployment("web"));
  auto wrong = deployment("web");
  wrong.replace(wrong.find("{matchLabels: {app: web}}"), 25, "{matchLabels: {app: other}}");
  EXPECT_THAT(said(wrong), HasSubstr("`selector` does not match template `labels`"));
  EXPECT_TRUE(is_there(kDeployments + "web"));
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ApplierTest, WhatHoldsDataIsAskedFor) {
  const std::string claim =
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {storage: ";
  const std::string set =
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {volumeClaimTemplates: [{metadata: "
      "{name: data}, spec: {a: b}}], serviceName: ";
  for (const auto& text : {claim, set}) {
    apply(text + "a}\n");
    const auto error = error_of([&] { apply(text + "b}\n"); });
    EXPECT_THAT(error.what(), HasSubstr(" x cannot be changed in place: spec: Forbidden: ")) << text;
    EXPECT_EQ(error.details.exit_code, kDeploy);
    EXPECT_THAT(error.details.output_tail, HasSubstr("would be deleted"));
    EXPECT_THAT(error.details.hint,
                testing::AllOf(HasSubstr("undo the change in m.yaml:1:1"), HasSubstr("recreate: data")));
    apply(text + "b}\n", true);
  }
  EXPECT_EQ(notices_.size(), 2u);
}

TEST_F(ApplierTest, OtherTemplatesForClaimsTakeTheClaimsAlong) {
  const auto set = [](const std::string& size) {
    return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {volumeClaimTemplates: "
           "[{metadata: {name: data}, spec: {size: " +
           size + "}}]}\n";
  };
  apply(set("1"));
  for (const char* name : {"data-db-0", "data-db-11", "data-db-x", "data-other-0"})
    cluster_.apply(std::string("/api/v1/namespaces/default/persistentvolumeclaims/") + name, Json::object());
  apply(set("2"), true);
  EXPECT_FALSE(is_there("/api/v1/namespaces/default/persistentvolumeclaims/data-db-0"));
  EXPECT_FALSE(is_there("/api/v1/namespaces/default/persistentvolumeclaims/data-db-11"));
  EXPECT_TRUE(is_there("/api/v1/namespaces/default/persistentvolumeclaims/data-db-x"));
  EXPECT_TRUE(is_there("/api/v1/namespaces/default/persistentvolumeclaims/data-other-0"));
}

TEST_F(ApplierTest, WhatIsBeingDeletedIsWaitedForAndMadeAnew) {
  const std::string path = "/api/v1/namespaces/default/configmaps/x",
                    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
  cluster_.apply(path, {{"metadata", {{"finalizers", {"example.com/slow"}}}}});
  cluster_.remove(path);
  EXPECT_THAT(
      said(text),
      HasSubstr(
          "ConfigMap x is being deleted but is still there: nothing removes its finalizer example.com/slow"));
}

TEST_F(ApplierTest, WhatIsWrongIsNamedWithItsPlaceAndWhatToWrite) {
  auto error = error_of([&] { apply(deployment("web", ", env: [{name: A, value: 0x12}]")); });
  EXPECT_STREQ(error.what(),
               "cannot apply Deployment web: m.yaml:8:68: "
               "spec.template.spec.containers[name=\"c\"].env[name=\"A\"].value: a string is expected, and "
               "0x12 without quotes is not one");
  EXPECT_EQ(error.details.hint, "write value: \"0x12\"");
  error = error_of(
      [&] { apply(deployment("web", ", env: [{name: A, value: a},\n        {name: B}, {name: A}]")); });
  EXPECT_THAT(error.what(),
              HasSubstr("m.yaml:9:20: spec.template.spec.containers[name=\"c\"].env[name=\"A\"]: there are "
                        "two entries for [name=\"A\"]"));
  EXPECT_EQ(error.details.hint, "leave one of them out of env");
}

}  // namespace
}  // namespace harness
