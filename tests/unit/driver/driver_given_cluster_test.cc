// -kubeconfig: in a cluster that somebody else made and uses.
#include <gmock/gmock.h>

#include "cluster/instance.h"
#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "image/memory_registry.h"
#include "support/kubeconfig.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::json;

namespace {

class DriverGivenClusterTest : public DriverTest {
 protected:
  DriverGivenClusterTest() {
    env_["FAKE_API"] = (folder_ / "api").string();
    env_["FAKE_API_HOST"] = cluster_.host();
    registry_.store_manifest("harness/gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
    write_kubeconfig(server());
    // What its users have: of the names of components, too.
    cluster_.apply("/api/v1/namespaces/users", Json::object());
    cluster_.apply("/api/v1/namespaces/users/configmaps/settings", {{"data", {{"text", "theirs"}}}});
    cluster_.apply("/api/v1/namespaces/default/configmaps/settings", {{"data", {{"text", "theirs"}}}});
    cluster_.apply("/api/v1/persistentvolumes/theirs", Json::object());
    cluster_.apply("/api/v1/namespaces/kube-system/services/kube-dns",
                   {{"spec", {{"clusterIP", "10.7.0.10"}}}});
    before_ = all();
    harness::Project project;
    project.root = project_.root();
    own_ = harness::Instance(project, "default").name_space();
  }
  void write_kubeconfig(const std::string& server) const {
    project_.write("foreign.yaml", Json{{"current-context", "theirs"},
                                        {"contexts", {{{"name", "theirs"}, {"context", {{"cluster", "c"}}}}}},
                                        {"clusters", {{{"name", "c"}, {"cluster", {{"server", server}}}}}}}
                                       .dump());
  }
  std::string server() const { return "http://" + cluster_.host(); }
  /// Every object, by path.
  std::map<std::string, Json> all() const {
    std::map<std::string, Json> found;
    for (const char* plural : {"namespaces", "nodes", "persistentvolumes", "pods", "configmaps", "services",
                               "deployments", "replicasets"})
      for (const auto& [path, object] : cluster_.objects(plural)) found[path] = object;
    return found;
  }
  void expect_theirs_untouched() const {
    const auto now = all();
    for (const auto& [path, object] : before_) {
      ASSERT_TRUE(now.contains(path)) << path;
      EXPECT_EQ(now.at(path), object) << path;
    }
  }
  void edit(const std::string& file, const std::string& from, const std::string& to) const {
    auto text = tree_.read(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << ": " << from;
    tree_.write(file, text.replace(at, from.size(), to));
  }

  const TempProject folder_;
  MemoryRegistry registry_;
  const SampleTree tree_{project_, registry_.host()};
  FakeCluster cluster_{(folder_ / "api").string()};
  std::map<std::string, Json> before_;
  std::string own_;
};

TEST_F(DriverGivenClusterTest, AllIsInItsOwnNamespaceAndGoesWithIt) {
  edit("components.yaml", "command: 'true'",
       "command: 'echo $HARNESS_NAMESPACE > namespace; cat $KUBECONFIG > used'");
  const auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
  EXPECT_EQ(end.code, 0) << end.err;
  expect_theirs_untouched();
  for (const auto& [path, object] : all()) {
    if (before_.contains(path)) continue;
    EXPECT_THAT(path, HasSubstr("/namespaces/" + own_)) << "nothing else";
  }
  EXPECT_TRUE(all().contains("/apis/apps/v1/namespaces/" + own_ + "/deployments/one"));
  EXPECT_THAT(all()["/api/v1/namespaces/" + own_ + "/configmaps/gateway"].dump(),
              HasSubstr("resolver 10.7.0.10 "));
  EXPECT_EQ(file("namespace"), own_ + "\n");
  EXPECT_THAT(file("used"), HasSubstr("\"namespace\": \"" + own_ + "\""));
  EXPECT_THAT(calls(),
              HasSubstr(" " + registry_.host() + " harness-registry " + registry_.host() + "/app@sha256:"));

  // It is remembered.
  EXPECT_EQ(run({"-no-setup", "-run=TestOne"}).code, 0);
  const auto build = run({"-build=tool"});
  EXPECT_EQ(build.code, 0) << build.err;
  EXPECT_THAT(build.err, HasSubstr("in the cluster at " + server()));
  EXPECT_THAT(run({"-teardown"}).err, HasSubstr("deleted; the cluster stays, without " + own_));
  EXPECT_EQ(all(), before_);
  EXPECT_THAT(run({"-teardown"}).err, HasSubstr("nothing to delete")) << "of its own kind";
  EXPECT_THAT(calls(), AllOf(Not(HasSubstr("kind create")), Not(HasSubstr("kind delete"))));
}

TEST_F(DriverGivenClusterTest, FilesAreThoseOfItsFolder) {
  project_.write("theirs/token", "t");
  project_.write("theirs/config", kubeconfig_of({{"server", server()}}, {{"tokenFile", "token"}}));
  const auto end = run({"-kubeconfig=theirs/config", "-run=TestOne"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(file(".harness/default/kubeconfig"), HasSubstr((project_ / "theirs/token").string()));
  project_.write("theirs/config", kubeconfig_of({{"server", server()}},
                                                {{"exec", {{"command", "bin/../login"}}},
                                                 {"tokenFile", (project_ / "theirs/token").string()}}));
  EXPECT_EQ(run({"-kubeconfig=theirs/config", "-run=TestOne"}).code, 0);
  EXPECT_THAT(file(".harness/default/kubeconfig"),
              AllOf(HasSubstr((project_ / "theirs/login").string()),
                    HasSubstr("\"" + (project_ / "theirs/token").string() + "\"")));
}

TEST_F(DriverGivenClusterTest, WithAllItIsGoneAtTheEnd) {
  const auto end = run({"-kubeconfig=foreign.yaml", "-all"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(all(), before_);
  EXPECT_EQ(file(".harness/default/kubeconfig"), "");
}

TEST_F(DriverGivenClusterTest, AnothersNamespaceIsRefused) {
  for (const std::string name : {"users", "default", "kube-system"}) {
    edit("manifests/three.yaml", "metadata: {name: three", "metadata: {namespace: " + name + ", name: three");
    const auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
    EXPECT_EQ(end.code, 5) << end.err;
    EXPECT_THAT(end.err, HasSubstr("error: namespace " + name +
                                   " is in the cluster already, and this harness did not make it\n"));
    edit("manifests/three.yaml", "namespace: " + name + ", ", "");
  }
  expect_theirs_untouched();
  run({"-teardown"});
  EXPECT_EQ(all(), before_);
}

// As an operator has them in kube-system; they go with it.
TEST_F(DriverGivenClusterTest, RightsInANamespaceOfKubernetesAreMadeIfNobodyHasThem) {
  const std::string manifest = tree_.read("manifests/three.yaml");
  const auto bind = [&](const std::string& name) {
    tree_.write("manifests/three.yaml",
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: " + name +
                    ", namespace: default}\n---\n" + manifest);
  };
  const std::string bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/";
  bind("reader");
  for (int i = 0; i < 2; ++i) {
    const auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
    EXPECT_EQ(end.code, 0) << end.err;
  }
  EXPECT_TRUE(cluster_.objects("rolebindings").contains(bindings + "reader"));
  EXPECT_EQ(run({"-teardown"}).code, 0);
  EXPECT_THAT(cluster_.objects("rolebindings"), IsEmpty());

  cluster_.apply(bindings + "theirs", Json::object());
  bind("theirs");
  const auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
  EXPECT_EQ(end.code, 5) << end.err;
  EXPECT_THAT(end.err, HasSubstr("error: RoleBinding default/theirs is in the cluster already, and this "
                                 "harness did not make it\n"));
  EXPECT_TRUE(cluster_.objects("rolebindings").contains(bindings + "theirs"));
}

TEST_F(DriverGivenClusterTest, NamespacesThatAManifestMakesAreItsOwn) {
  edit("components.yaml", "manifest: manifests/three.yaml",
       "manifest: manifests/three.yaml, substitute: HARNESS_NAMESPACE");
  const std::string manifest = tree_.read("manifests/three.yaml");
  tree_.write(
      "manifests/three.yaml",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: jobs}\n---\napiVersion: v1\nkind: "
      "ConfigMap\nmetadata: {name: c, namespace: jobs}\ndata: {at: 'http://one.${HARNESS_NAMESPACE}'}\n"
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: 'v-${HARNESS_NAMESPACE}'}\n---\n" +
          manifest);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run({"-kubeconfig=foreign.yaml", "-run=TestOne"}).code, 0);
  EXPECT_EQ(all()["/api/v1/namespaces/jobs/configmaps/c"]["data"]["at"], "http://one." + own_);
  EXPECT_TRUE(all().contains("/api/v1/persistentvolumes/v-" + own_));
  EXPECT_THAT(run({"-teardown"}).err, HasSubstr("without " + own_ + ", jobs"));
  EXPECT_EQ(all(), before_);
}

TEST_F(DriverGivenClusterTest, AClusterWideObjectOfOthersIsRefused) {
  tree_.write("manifests/three.yaml",
              "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: theirs}\n---\n" +
                  tree_.read("manifests/three.yaml"));
  const auto end = run({"-kubeconfig=foreign.yaml", "-all"});
  EXPECT_EQ(end.code, 5) << end.err;
  EXPECT_THAT(end.err, HasSubstr("error: PersistentVolume theirs is in the cluster already"));
  EXPECT_EQ(all(), before_);
}

TEST_F(DriverGivenClusterTest, ImagesThatTheClusterCannotHaveAreSaid) {
  env_["FAKE_MACHINE_ID"] = "of another machine";
  const auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("error: the cluster cannot reach the registry at " + registry_.host()));
  EXPECT_THAT(end.err, HasSubstr("hint: set registry: in components.yaml"));
  const auto doctor = run({"doctor", "-kubeconfig=foreign.yaml"});
  EXPECT_THAT(doctor.out, HasSubstr("the cluster cannot reach the registry")) << doctor.err;
}

TEST_F(DriverGivenClusterTest, AnInstanceIsInOneCluster) {
  EXPECT_EQ(run({"-kubeconfig=foreign.yaml", "-run=TestOne"}).code, 0);
  write_kubeconfig("https://127.0.0.1:2");
  auto end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err,
              HasSubstr("error: instance default is in the cluster at " + server() + "\n  hint: -teardown"));
  EXPECT_EQ(run({"-teardown"}).code, 0);
  write_instance();
  end = run({"-kubeconfig=foreign.yaml", "-run=TestOne"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("error: instance default has a cluster of its own, " + cluster()));
  expect_theirs_untouched();
}

TEST_F(DriverGivenClusterTest, WhatOthersRunIsNotKept) {
  cluster_.apply("/api/v1/namespaces/users/pods/theirs",
                 {{"status", {{"containerStatuses", {{{"name", "c"}}}}}}});
  edit("components.yaml", "command: 'true'", "command: 'false'");
  EXPECT_EQ(run({"-kubeconfig=foreign.yaml", "-run=TestOne", "-save-logs=logs"}).code, 1);
  EXPECT_TRUE(std::filesystem::exists(project_ / ("logs/pods/" + own_)));
  EXPECT_FALSE(std::filesystem::exists(project_ / "logs/pods/users"));
  EXPECT_THAT(file(".harness/default/artifacts/tests/TestOne.log.d/cluster/pods.txt"),
              AllOf(HasSubstr(own_ + "/one-"), Not(HasSubstr("users/"))));
}

TEST_F(DriverGivenClusterTest, AFileOrContextThatIsNotThere) {
  EXPECT_THAT(run({"-kubeconfig=none.yaml", "-run=TestOne"}).err,
              HasSubstr("error: -kubeconfig: there is no none.yaml"));
  project_.write("empty.yaml", "{}");
  const auto end = run({"-kubeconfig=empty.yaml", "-context=c", "-run=TestOne"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("error: -kubeconfig: empty.yaml has no context c\n"));
  EXPECT_THAT(calls(), Not(HasSubstr("proxy")));
}

}  // namespace
