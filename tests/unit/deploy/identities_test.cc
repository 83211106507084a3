// deploy/identities.cc: one object, however and wherever it is written.
#include "deploy/identities.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::HasSubstr;

std::string said(const std::string& first, const std::string& second) {
  const auto a = read_manifest({"a.yaml", first}), b = read_manifest({"b.yaml", second});
  Scopes scopes;
  scopes.add(a);
  scopes.add(b);
  std::vector<const Object*> all;
  for (const auto* objects : {&a, &b})
    for (const auto& object : *objects) all.push_back(&object);
  try {
    check_identities(all, scopes);
  } catch (const Error& e) {
    EXPECT_EQ(e.details.exit_code, kUsage);
    return e.what();
  }
  return "";
}

std::string object(const std::string& version, const std::string& kind, const std::string& meta) {
  return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {" + meta + "}\n";
}

TEST(IdentitiesTest, TheSameObjectTwiceIsNamedWithBothPlaces) {
  EXPECT_EQ(said(object("v1", "ConfigMap", "name: x"),
                 "# b\n" + object("v1", "ConfigMap", "name: x, namespace: default")),
            "b.yaml:2:1: ConfigMap default/x is in a.yaml:1:1 already");
  const auto map = object("v1", "ConfigMap", "name: x");
  EXPECT_EQ(said(map + "---\n" + map, ""), "a.yaml:5:1: ConfigMap default/x is in a.yaml:1:1 already");
  EXPECT_THAT(
      said("apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}]\n",
           map),
      HasSubstr("is in a.yaml:3:9 already"));
}

TEST(IdentitiesTest, TheVersionIsNoPartOfIt) {
  EXPECT_NE(said(object("autoscaling/v1", "HorizontalPodAutoscaler", "name: x"),
                 object("autoscaling/v2", "HorizontalPodAutoscaler", "name: x")),
            "");
  EXPECT_NE(
      said(object("example.com/v1alpha1", "Thing", "name: x"), object("example.com/v1", "Thing", "name: x")),
      "");
  EXPECT_EQ(said(object("batch/v1", "Job", "name: x"), object("batch.example.com/v1", "Job", "name: x")), "")
      << "another group";
}

TEST(IdentitiesTest, NamespacesCountWhereTheTypeHasThem) {
  EXPECT_EQ(
      said(object("v1", "ConfigMap", "name: x"), object("v1", "ConfigMap", "name: x, namespace: other")), "");
  EXPECT_NE(said(object("rbac.authorization.k8s.io/v1", "ClusterRole", "name: x"),
                 object("rbac.authorization.k8s.io/v1", "ClusterRole", "name: x, namespace: other")),
            "");
  const std::string definition =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
      "things.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Thing}}\n";
  EXPECT_NE(said(definition + "---\n" + object("example.com/v1", "Thing", "name: x"),
                 object("example.com/v1", "Thing", "name: x, namespace: other")),
            "");
}

TEST(IdentitiesTest, ANamespaceMayBeWrittenInEachManifestThatUsesIt) {
  EXPECT_EQ(said(object("v1", "Namespace", "name: x"), object("v1", "Namespace", "name: x")), "");
  EXPECT_NE(said(object("v1", "Namespace", "name: x"), object("v1", "Namespace", "name: x, labels: {a: b}")),
            "");
}

TEST(IdentitiesTest, GeneratedNamesAreEachTheirOwn) {
  EXPECT_EQ(said(object("batch/v1", "Job", "generateName: x-") + "---\n" +
                     object("batch/v1", "Job", "generateName: x-"),
                 object("batch/v1", "Job", "generateName: x-")),
            "");
}

}  // namespace
}  // namespace harness
