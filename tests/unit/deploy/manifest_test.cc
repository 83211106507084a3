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
        - {name: side, image: nginx:1.22}
---
apiVersion: v1
kind: Service
metadata: {name: deck, namespace: ci}
spec: {ports: [{port: 8080}]}
)";

TEST(ManifestTest, OnlyTheReferencesChange) {
  const auto objects = read_manifest(kManifest, "localhost:5001", {{"deck", "localhost:5001/deck@sha256:00"}}, "deck.yaml");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_THAT(objects[0].yaml, HasSubstr("- image: \"localhost:5001/deck@sha256:00\"\n"));
  EXPECT_THAT(objects[0].yaml, HasSubstr("image: nginx:1.22"));
  EXPECT_THAT(objects[0].yaml, HasSubstr("version: \"1.20\""));
  EXPECT_THAT(objects[0].yaml, HasSubstr("# image: localhost:5001/deck in a comment stays"));
  EXPECT_EQ(objects[0].name_space, "default");
  EXPECT_EQ(objects[1].name_space, "ci");
  EXPECT_EQ(objects[1].service_port, 8080);
}

TEST(ManifestTest, FindsTheImagesThatAreUsed) {
  const auto uses = image_uses(kManifest, "localhost:5001", "deck.yaml");
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].image, "deck");
  EXPECT_EQ(uses[0].line, 9);
}

TEST(ManifestTest, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of([] { read_manifest(kManifest, "localhost:5001", {}, "deck.yaml"); }).what(),
              HasSubstr("deck.yaml:9: no image \"deck\" in components.yaml"));
  EXPECT_THAT(error_of([] { read_manifest("a: [\n", "localhost:5001", {}, "deck.yaml"); }).what(), HasSubstr("deck.yaml:2:1"));
  EXPECT_THAT(error_of([] { read_manifest("kind: Service\n", "localhost:5001", {}, "deck.yaml"); }).what(),
              HasSubstr("document 1 has no apiVersion, kind or metadata.name"));
}

TEST(GatewayTest, StripsThePrefixAndMarksItsOwnErrors) {
  const auto config = nginx_config({{"deck", "/deck", "deck.default.svc.cluster.local", 8080}, {"root", "/", "root.ci.svc.cluster.local", 80}});
  EXPECT_THAT(config, HasSubstr("location = /deck { return 301 /deck/$is_args$args; }"));
  EXPECT_THAT(config, HasSubstr("set $to http://deck.default.svc.cluster.local:8080;"));
  EXPECT_THAT(config, HasSubstr("location / {\n      set $to http://root.ci.svc.cluster.local:80;"));
  EXPECT_THAT(config, HasSubstr("X-Harness-Gateway unreachable"));
}

}  // namespace
