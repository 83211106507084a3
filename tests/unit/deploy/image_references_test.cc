// Image references wherever and however they are written.
#include "deploy/render/image_references.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "deploy/gateway.h"
#include "support/errors.h"
#include "support/golden.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::HasSubstr;

const std::map<std::string, std::string> kBuilt{{"a", "localhost:5001/a@sha256:aaaa"},
                                                {"b", "localhost:5001/b@sha256:bbbb"}};

ImageNames names() {
  Project project;
  project.images = {{.name = "a", .replaces = {"ghcr.io/acme/a", "controller", "acme/a"}}, {.name = "b"}};
  return ImageNames(project);
}

std::vector<Object> read(const std::string& text) {
  auto objects = read_manifest({"m.yaml", text});
  for (auto& object : objects) replace_images(object, names(), kBuilt);
  return objects;
}

/// The data of a ConfigMap, an entry "text".
std::string config(const std::string& text) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {text: " + nlohmann::json(text).dump() +
         "}\n";
}
std::string text_of(const std::string& text) { return read(config(text))[0].body["data"]["text"]; }
std::vector<std::string> remarks_of(const std::string& text) {
  return image_uses(read_manifest({"m.yaml", config(text)})[0], names()).remarks;
}

std::string pod(const std::string& spec) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n" + spec;
}

std::string image_of(const Object& object, size_t container = 0) {
  return object.body["spec"]["containers"][container]["image"];
}

TEST(ImageReferencesTest, EveryWayToWriteOne) {
  for (const std::string written :
       {"localhost:5001/a", "localhost:5001/a:v1", "localhost:5001/a@sha256:1234", "'localhost:5001/a:v1'",
        "\"localhost:5001/a\"", "   localhost:5001/a   # localhost:5001/a", "!!str localhost:5001/a",
        "\n        localhost:5001/a", ">-\n      localhost:5001/a", "|-\n      localhost:5001/a:v1",
        "\"localhost:5001\\/a\"", "\"localhost:5001/\\\n      a\""}) {
    const auto objects =
        read(pod("  containers:\n  - image: " + written + "\n    name: c # localhost:5001/a\n"));
    ASSERT_EQ(objects.size(), 1u);
    EXPECT_EQ(image_of(objects[0]), kBuilt.at("a")) << written;
    EXPECT_EQ(objects[0].body["spec"]["containers"][0]["name"], "c");
  }
  EXPECT_EQ(
      image_of(read(
          R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"image": "localhost:5001\/a"}]}})")
                   [0]),
      kBuilt.at("a"));
}

TEST(ImageReferencesTest, WhatIsNamedByItsDigestIsPulledOnce) {
  for (const char* policy : {"Always", "Never", "IfNotPresent"}) {
    const auto objects = read(pod(
        "  containers:\n  - {image: localhost:5001/a:v1, imagePullPolicy: " + std::string(policy) +
        "}\n  - {image: \"busybox:1\", imagePullPolicy: " + policy + "}\n  - {image: localhost:5001/b}\n"));
    const auto& containers = objects[0].body["spec"]["containers"];
    EXPECT_EQ(containers[0]["imagePullPolicy"], "IfNotPresent") << policy;
    EXPECT_EQ(containers[1]["imagePullPolicy"], policy) << "an image of others";
    EXPECT_FALSE(containers[2].contains("imagePullPolicy"));
  }
}

TEST(ImageReferencesTest, AnAliasStandsForItsAnchor) {
  const auto objects =
      read(pod("  initContainers: [{name: i, image: &used localhost:5001/a}]\n  containers: [{name: c, "
               "image: *used}]\n"));
  EXPECT_EQ(image_of(objects[0]), kBuilt.at("a"));
  EXPECT_EQ(objects[0].body["spec"]["initContainers"][0]["image"], kBuilt.at("a"));
}

TEST(ImageReferencesTest, SeveralDocumentsEachWithTheirOwn) {
  const auto objects =
      read("# first\n---\n" + pod("  containers: [{image: localhost:5001/b}]\n") + "--- # second\n" +
           pod("  containers: [{image: localhost:5001/a}, {image: localhost:5001/b}]\n") +
           "---\n# nothing\n---\n");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(image_of(objects[0]), kBuilt.at("b"));
  EXPECT_EQ(image_of(objects[1]), kBuilt.at("a"));
  EXPECT_EQ(image_of(objects[1], 1), kBuilt.at("b"));
}

TEST(ImageReferencesTest, WithinALongerTextWhereTheWordEnds) {
  EXPECT_EQ(text_of("--image=localhost:5001/a"), "--image=" + kBuilt.at("a"));
  EXPECT_EQ(text_of("image: \"localhost:5001/a:v1\"\nother: localhost:5001/b\n"),
            "image: \"" + kBuilt.at("a") + "\"\nother: " + kBuilt.at("b") + "\n");
  EXPECT_EQ(text_of("see localhost:5001/a. Then [localhost:5001/b,localhost:5001/a]"),
            "see " + kBuilt.at("a") + ". Then [" + kBuilt.at("b") + "," + kBuilt.at("a") + "]");
  EXPECT_EQ(text_of("docker://localhost:5001/a@sha256:12ab"), "docker://" + kBuilt.at("a"));
  EXPECT_THAT(remarks_of("--image=localhost:5001/a localhost:5001/b."), testing::IsEmpty());
}

TEST(ImageReferencesTest, TextThatOnlyLooksLikeOneStaysAndIsSaid) {
  for (const std::string text :
       {"other.example/localhost:5001/a", "image: localhost:5001/a:${TAG}", "localhost:5001/a:{{ .Tag }}",
        "http://localhost:5001/a", "x/localhost:5001/a/"}) {
    EXPECT_EQ(text_of(text), text);
    EXPECT_EQ(remarks_of(text).size(), 1u) << text;
  }
  EXPECT_THAT(remarks_of("first\nimage: localhost:5001/a:${TAG}"),
              testing::ElementsAre("warning: m.yaml:4:14, line 2 of the text: localhost:5001/a:${TAG} is "
                                   "left as it is: the image's name is part of a longer word"));
  EXPECT_THAT(remarks_of("--image=localhost:5001/aa"),
              testing::ElementsAre(HasSubstr("components.yaml has no image \"aa\"")));
  for (const std::string text :
       {"other: localhost:50012/a", "http://localhost:5001/v2/_catalog", "see localhost:5001"}) {
    EXPECT_EQ(text_of(text), text);
    EXPECT_THAT(remarks_of(text), testing::IsEmpty()) << text;
  }
}

TEST(ImageReferencesTest, NamesThatAnImageReplaces) {
  const auto objects =
      read(pod("  containers:\n  - {image: 'ghcr.io/acme/a:v1', name: acme/a}\n  - {image: "
               "'controller:latest', name: controller}\n  - {image: acme/a@sha256:12ab}\n"
               "  - {image: 'ghcr.io/acme/ab:v1', env: [{name: WORKER_IMAGE, value: acme/a}, {name: NAME, "
               "value: acme/a}]}\n  - {image: controllers}\n"));
  for (const size_t container : {0, 1, 2})
    EXPECT_EQ(image_of(objects[0], container), kBuilt.at("a")) << container;
  const auto& containers = objects[0].body["spec"]["containers"];
  EXPECT_EQ(containers[0]["name"], "acme/a");
  EXPECT_EQ(containers[1]["name"], "controller");
  EXPECT_EQ(image_of(objects[0], 3), "ghcr.io/acme/ab:v1");
  EXPECT_EQ(containers[3]["env"][0]["value"], kBuilt.at("a"));
  EXPECT_EQ(containers[3]["env"][1]["value"], "acme/a");
  EXPECT_EQ(image_of(objects[0], 4), "controllers");
  EXPECT_EQ(text_of("run ghcr.io/acme/a:v2, not ghcr.io/acme/a-b or controller"),
            "run " + kBuilt.at("a") + ", not ghcr.io/acme/a-b or controller");
  EXPECT_THAT(remarks_of("ghcr.io/acme/a:${V}"), testing::SizeIs(1));
  EXPECT_THAT(remarks_of("ghcr.io/acme/ab:${V} https://ghcr.io/v2"), testing::IsEmpty());
}

TEST(ImageReferencesTest, ReferencesThatAreDividedAmongFields) {
  const auto parts = [](const std::string& image) {
    return read("apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: x}\nspec: {image: " + image +
                "}\n")[0]
        .body["spec"]["image"]
        .dump();
  };
  EXPECT_EQ(parts("{repository: ghcr.io/acme/a, tag: v1}"),
            R"({"repository":"localhost:5001/a@sha256","tag":"aaaa"})");
  EXPECT_EQ(parts("{registry: ghcr.io, repository: acme/a, tag: v1, pullPolicy: Always}"),
            R"({"pullPolicy":"Always","registry":"localhost:5001","repository":"a@sha256","tag":"aaaa"})");
  EXPECT_EQ(parts("{registry: localhost:5001, repository: b, tag: ''}"),
            R"({"registry":"localhost:5001","repository":"b@sha256","tag":"bbbb"})");
  EXPECT_EQ(parts("{repository: controller, digest: sha256:1}"),
            R"({"digest":"sha256:aaaa","repository":"localhost:5001/a"})");
  EXPECT_EQ(parts("{repository: localhost:5001/b}"), R"({"repository":"localhost:5001/b@sha256:bbbb"})");
  for (const std::string other :
       {R"({"repository":"acme/a"})", R"({"registry":"quay.io","repository":"acme/a","tag":"v1"})",
        R"({"repository":"acme/b","tag":"v1"})"})
    EXPECT_EQ(parts(other), other);
}

TEST(ImageReferencesTest, DescriptionsOfDefinitionsStay) {
  const auto objects =
      read("apiVersion: x/v1\nkind: X\nmetadata: {name: x}\nspec: {description: see localhost:5001/a}\n");
  EXPECT_EQ(objects[0].body["spec"]["description"], "see localhost:5001/a");
}

TEST(ImageReferencesTest, WhatIsHandedToAProgramThatStartsPods) {
  const auto objects =
      read(pod("  containers:\n  - image: localhost:5001/a\n    args: [-image, localhost:5001/b]\n    env: "
               "[{name: IMAGE, value: 'localhost:5001/a:v1'}]\n"));
  const auto& container = objects[0].body["spec"]["containers"][0];
  EXPECT_EQ(container["args"][1], kBuilt.at("b"));
  EXPECT_EQ(container["env"][0]["value"], kBuilt.at("a"));
}

TEST(ImageReferencesTest, CustomResourcesNestThemAnywhere) {
  const auto objects = read(
      "apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: x}\nspec:\n  deep: [[{image: "
      "localhost:5001/a}, {image: [{image: localhost:5001/b}]}]]\n");
  EXPECT_EQ(objects[0].body["spec"]["deep"][0][0]["image"], kBuilt.at("a"));
  EXPECT_EQ(objects[0].body["spec"]["deep"][0][1]["image"][0]["image"], kBuilt.at("b"));
}

TEST(ImageReferencesTest, UnknownImagesAreNamedWithTheirPlace) {
  const auto error = error_of(
      [] { read(pod("  containers:\n  - image: localhost:5001/a\n  - image: localhost:5001/c:v2\n")); });
  EXPECT_STREQ(error.what(), "m.yaml:7:12: no image \"c\" in components.yaml");
  EXPECT_EQ(error.details.exit_code, kUsage);
}

TEST(GatewayObjectsTest, FillTheManifestThatShipsHere) {
  const auto manifest = read_file(std::filesystem::path(TEST_CLUSTER_CONFIG_DIR) / "gateway.yaml");
  const Route one{.component = "a", .path = "/a", .to = {"a", "default", 80}};
  const Route two{.component = "b", .path = "/b", .to = {"b", "default", 80}};
  const auto objects = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {.routes = {one}});
  const auto other = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {.routes = {one, two}});
  const auto same = gateway_objects(manifest, "localhost:5001/nginx@sha256:1", {.routes = {one}});
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
