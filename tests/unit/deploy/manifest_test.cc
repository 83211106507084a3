#include "deploy/manifest.h"

#include <gmock/gmock.h>

#include "deploy/gateway.h"
#include "support/errors.h"

using namespace harness;
using testing::HasSubstr;

namespace {

constexpr const char* kManifest = R"(# image: localhost:5001/deck in a comment stays
apiVersion: apps/v1
kind: Deployment
metadata: {name: deck, labels: {version: "1.20"}}
spec:
  template:
    spec:
      containers:
        - image: "localhost:5001/deck:v1"
        - {name: side, image: nginx:1.26}
---
apiVersion: v1
kind: Service
metadata: {name: deck, namespace: ci}
spec: {ports: [{port: 8080}]}
)";

std::vector<Object> read(const std::string& text) { return read_manifest({"deck.yaml", text}); }

TEST(ManifestTest, ObjectsHaveTheirIdentityBodyAndPlace) {
  const auto objects = read(kManifest);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].api_version, "apps/v1");
  EXPECT_EQ(objects[0].kind, "Deployment");
  EXPECT_EQ(objects[0].body["metadata"]["labels"]["version"], "1.20");
  EXPECT_EQ(objects[0].name_space, "default");
  EXPECT_EQ(objects[1].name_space, "ci");
  EXPECT_EQ(objects[1].service_port, 8080);
  EXPECT_EQ(place_of(objects[0]), "deck.yaml:2:1");
  EXPECT_EQ(place_of(objects[0], "/spec/template/spec/containers/1/image"), "deck.yaml:10:31");
  EXPECT_EQ(place_of(objects[1], "/spec/ports/0/port"), "deck.yaml:15:23");
  EXPECT_EQ(place_of(objects[1], "/spec/ports/0/targetPort"), "deck.yaml:15:16")
      << "a field that is not there: where it would be";
}

TEST(ManifestTest, ItemsOfAListAreObjects) {
  const auto objects = read(
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
      "- apiVersion: v1\n  kind: ConfigMapList\n  items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: "
      "b}, data: {k: v}}]\n---\n"
      "{apiVersion: x.example/v1, kind: TodoList, metadata: {name: mine}, spec: {items: [1]}}\n");
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0].name, "a");
  EXPECT_EQ(objects[1].name, "b");
  EXPECT_EQ(place_of(objects[1], "/data/k"), "deck.yaml:7:76");
  EXPECT_EQ(objects[2].kind, "TodoList") << "a kind of its own that ends so";
  EXPECT_TRUE(read("{apiVersion: v1, kind: List, items: []}").empty());
  const auto as_the_api_has_it = read(
      "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{metadata: {name: a}}, {apiVersion: v1, kind: Pod, "
      "metadata: {name: b}}]\n");
  ASSERT_EQ(as_the_api_has_it.size(), 2u);
  EXPECT_EQ(as_the_api_has_it[0].kind, "Deployment");
  EXPECT_EQ(as_the_api_has_it[0].body["apiVersion"], "apps/v1");
  EXPECT_EQ(as_the_api_has_it[1].kind, "Pod");
}

TEST(ManifestTest, ErrorsNameFileLineAndColumn) {
  const auto said = [](const std::string& text) { return std::string(error_of([&] { read(text); }).what()); };
  EXPECT_THAT(said("a: [\n"), HasSubstr("deck.yaml:2:1"));
  EXPECT_EQ(said("# first\n---\nkind: Service\n"),
            "deck.yaml:3:1: the document has no apiVersion, metadata.name");
  EXPECT_EQ(said("apiVersion: v1\nkind: Service\nmetadata: {name: 1}\n"),
            "deck.yaml:1:1: the document has no metadata.name");
  EXPECT_EQ(said("apiVersion: v1\nkind: Service\nmetadata: [name]\n"),
            "deck.yaml:1:1: the document has no metadata.name");
  EXPECT_EQ(said("- apiVersion: v1\n"),
            "deck.yaml:1:1: a Kubernetes object is a mapping with apiVersion, kind and metadata");
  EXPECT_EQ(said("apiVersion: v1\nkind: List\nitems:\n- {}\n"),
            "deck.yaml:4:3: the document has no apiVersion, kind, metadata.name");
}

}  // namespace
