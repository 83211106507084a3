// Image references wherever and however they are written.
#include "deploy/render/image_references.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "deploy/gateway.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::HasSubstr;

const char* const kRegistry = "localhost:5001";
const std::map<std::string, std::string> kBuilt{{"a", "localhost:5001/a@sha256:aaaa"}, {"b", "localhost:5001/b@sha256:bbbb"}};

std::vector<Object> read(const std::string& text) {
  auto objects = read_manifest({"m.yaml", text});
  for (auto& object : objects) replace_images(object, kRegistry, kBuilt);
  return objects;
}

std::string pod(const std::string& spec) { return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n" + spec; }

std::string image_of(const Object& object, size_t container = 0) { return object.body["spec"]["containers"][container]["image"]; }

TEST(ImageReferencesTest, EveryWayToWriteOne) {
  for (const std::string written : {"localhost:5001/a", "localhost:5001/a:v1", "localhost:5001/a@sha256:1234", "'localhost:5001/a:v1'",
                                    "\"localhost:5001/a\"", "   localhost:5001/a   # localhost:5001/a", "!!str localhost:5001/a",
                                    "\n        localhost:5001/a", ">-\n      localhost:5001/a", "|-\n      localhost:5001/a:v1", "\"localhost:5001\\/a\"", "\"localhost:5001/\\\n      a\""}) {
    const auto objects = read(pod("  containers:\n  - image: " + written + "\n    name: c # localhost:5001/a\n"));
    ASSERT_EQ(objects.size(), 1u);
    EXPECT_EQ(image_of(objects[0]), kBuilt.at("a")) << written;
    EXPECT_EQ(objects[0].body["spec"]["containers"][0]["name"], "c");
  }
  EXPECT_EQ(image_of(read(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"image": "localhost:5001\/a"}]}})")[0]), kBuilt.at("a"));
}

TEST(ImageReferencesTest, AnAliasStandsForItsAnchor) {
  const auto objects = read(pod("  initContainers: [{name: i, image: &used localhost:5001/a}]\n  containers: [{name: c, image: *used}]\n"));
  EXPECT_EQ(image_of(objects[0]), kBuilt.at("a"));
  EXPECT_EQ(objects[0].body["spec"]["initContainers"][0]["image"], kBuilt.at("a"));
}

TEST(ImageReferencesTest, SeveralDocumentsEachWithTheirOwn) {
  const auto objects = read("# first\n---\n" + pod("  containers: [{image: localhost:5001/b}]\n") + "--- # second\n" +
                            pod("  containers: [{image: localhost:5001/a}, {image: localhost:5001/b}]\n") + "---\n# nothing\n---\n");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(image_of(objects[0]), kBuilt.at("b"));
  EXPECT_EQ(image_of(objects[1]), kBuilt.at("a"));
  EXPECT_EQ(image_of(objects[1], 1), kBuilt.at("b"));
}

TEST(ImageReferencesTest, TextThatOnlyLooksLikeOneStays) {
  const std::string text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {version: \"1.20\", on: \"yes\"}}\ndata:\n"
      "  image: other.example/localhost:5001/a\n  config: |\n    image: localhost:5001/a\n  text: see localhost:5001/a\n  more: |\n    localhost:5001/a\n    and more\n  other: localhost:50012/a\n";
  EXPECT_EQ(read(text)[0].body, read_manifest({"m.yaml", text})[0].body);
}

TEST(ImageReferencesTest, WhatIsHandedToAProgramThatStartsPods) {
  const auto objects = read(pod("  containers:\n  - image: localhost:5001/a\n    args: [-image, localhost:5001/b]\n    env: [{name: IMAGE, value: 'localhost:5001/a:v1'}]\n"));
  const auto& container = objects[0].body["spec"]["containers"][0];
  EXPECT_EQ(container["args"][1], kBuilt.at("b"));
  EXPECT_EQ(container["env"][0]["value"], kBuilt.at("a"));
}

TEST(ImageReferencesTest, CustomResourcesNestThemAnywhere) {
  const auto objects = read("apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: x}\nspec:\n  deep: [[{image: localhost:5001/a}, {image: [{image: localhost:5001/b}]}]]\n");
  EXPECT_EQ(objects[0].body["spec"]["deep"][0][0]["image"], kBuilt.at("a"));
  EXPECT_EQ(objects[0].body["spec"]["deep"][0][1]["image"][0]["image"], kBuilt.at("b"));
}

TEST(ImageReferencesTest, UnknownImagesAreNamedWithTheirPlace) {
  const auto error = error_of([] { read(pod("  containers:\n  - image: localhost:5001/a\n  - image: localhost:5001/c:v2\n")); });
  EXPECT_STREQ(error.what(), "m.yaml:7:12: no image \"c\" in components.yaml");
  EXPECT_EQ(error.details.exit_code, kUsage);
}

TEST(GatewayGoldenTest, NginxConfiguration) {
  expect_golden("nginx.conf", nginx_config({{"deck", "/deck", "deck.default.svc.cluster.local", 80},
                                            {"git", "/fakes/git", "git.ci.svc.cluster.local", 8888},
                                            {"root", "/", "root.default.svc.cluster.local", 8080}}));
}

TEST(GatewayRoutesTest, AreTheFirstServiceOfEachComponent) {
  const TempProject files;
  files.write("deck.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: none}\nspec: {}\n---\n"
                           "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: ci}\nspec: {ports: [{port: 8080}, {port: 9090}]}\n");
  files.write("plain.yaml", pod("  containers: [{image: localhost:5001/a}]\n"));
  Project project;
  project.root = files.root();
  project.images = {{.name = "a"}};
  project.components = {{.name = "plain", .manifest = "plain.yaml"}, {.name = "deck", .manifest = "deck.yaml", .expose = "/deck"}};
  const auto routes = routes_of(project);
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].component, "deck");
  EXPECT_EQ(routes[0].path, "/deck");
  EXPECT_EQ(routes[0].host, "web.ci.svc.cluster.local");
  EXPECT_EQ(routes[0].port, 8080);
  project.components[0].expose = "/plain";
  EXPECT_STREQ(error_of([&] { routes_of(project); }).what(),
               "plain.yaml: component plain has expose: but its manifest has no Service with a port");
}

TEST(GatewayObjectsTest, FillTheManifestThatShipsHere) {
  const auto manifest = read_file(std::filesystem::path(TEST_CLUSTER_CONFIG_DIR) / "gateway.yaml");
  const Route one{"a", "/a", "a.default.svc.cluster.local", 80};
  const auto objects = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {one});
  const auto other = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {one, {"b", "/b", "b.default.svc.cluster.local", 80}});
  const auto same = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {one});
  auto deployment = [](const std::vector<Object>& all) {
    for (const auto& object : all)
      if (object.kind == "Deployment") return object.body.dump();
    return std::string("no Deployment");
  };
  EXPECT_THAT(deployment(objects), HasSubstr("\"image\":\"localhost:5001/nginx@sha256:1\""));
  EXPECT_EQ(deployment(objects), deployment(same));
  EXPECT_NE(deployment(objects), deployment(other)) << "another route rolls the gateway's pods";
  for (const auto& object : objects) {
    EXPECT_EQ(object.body.dump().find("${"), std::string::npos) << object.body;
    EXPECT_EQ(object.name_space, object.kind == "Namespace" ? "default" : "harness-system");
  }
}

}  // namespace
}  // namespace harness
