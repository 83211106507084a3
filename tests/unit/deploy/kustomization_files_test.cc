#include "deploy/render/kustomization_files.h"

#include <gmock/gmock.h>

#include "support/files.h"

namespace harness {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

class KustomizationFilesTest : public testing::Test {
 protected:
  KustomizationFiles files(const std::string& folder = "over/test") const {
    return kustomization_files(project_.root(), folder);
  }
  void kustomization(const std::string& folder, const std::string& text) const {
    project_.write(folder + "/kustomization.yaml", text);
  }

  const TempProject project_;
};

TEST_F(KustomizationFilesTest, ResourcesBasesComponentsAndPatches) {
  for (const char* file :
       {"base/web.yaml", "base/crd/kinds.json", "parts/log/sidecar.yaml", "over/test/patch.yaml",
        "over/test/replace.yaml", "over/other.yaml", "base/unused.yaml"})
    project_.write(file, "");
  kustomization("base", "resources: [web.yaml, ./crd]\n");
  kustomization("base/crd", "resources:\n- kinds.json\n");
  kustomization(
      "parts/log",
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: sidecar.yaml}]\n");
  kustomization("over/test",
                "resources: [../../base]\ncomponents: [../../parts/log/]\npatchesStrategicMerge: "
                "[patch.yaml]\nreplacements: [{path: replace.yaml}]\n");
  const auto found = files();
  EXPECT_TRUE(found.is_known);
  EXPECT_THAT(
      found.files,
      IsSupersetOf({"over/test/kustomization.yaml", "base/kustomization.yaml", "base/web.yaml",
                    "base/crd/kustomization.yaml", "base/crd/kinds.json", "parts/log/kustomization.yaml",
                    "parts/log/sidecar.yaml", "over/test/patch.yaml", "over/test/replace.yaml"}));
  EXPECT_THAT(found.files, Contains("over/test/Kustomization")) << "one that is not there yet would be read";
  EXPECT_THAT(found.files, Not(Contains("base/unused.yaml")));
}

TEST_F(KustomizationFilesTest, Generators) {
  for (const char* file : {"over/test/app.conf", "over/test/sub/b.conf", "over/test/dev.env",
                           "over/test/gen.conf", "over/test/inline.conf"})
    project_.write(file, "A=1\n");
  project_.write("over/test/gen.yaml", "kind: ConfigMapGenerator\nfiles: [gen.conf]\n");
  kustomization("over/test",
                "configMapGenerator:\n- {name: a, files: [app.conf, key=sub/b.conf], envs: [dev.env]}\n"
                "generators:\n- gen.yaml\n- |-\n  kind: ConfigMapGenerator\n  files: [inline.conf]\n");
  const auto found = files();
  EXPECT_TRUE(found.is_known);
  EXPECT_THAT(found.files,
              IsSupersetOf({"over/test/app.conf", "over/test/sub/b.conf", "over/test/dev.env",
                            "over/test/gen.yaml", "over/test/gen.conf", "over/test/inline.conf"}));
}

TEST_F(KustomizationFilesTest, WhatLiesElsewhereIsNotKnown) {
  for (const char* resource : {"https://example.com/x.yaml", "github.com/acme/web//config?ref=v1",
                               "git@example.com:acme/web.git", "none.yaml"}) {
    kustomization("over/test", std::string("resources: ['") + resource + "']\n");
    EXPECT_FALSE(files().is_known) << resource;
  }
  project_.write("over/test/dev.env", "A=1\n# text\nHOME\n");
  kustomization("over/test", "secretGenerator: [{name: s, envs: [dev.env]}]\n");
  EXPECT_FALSE(files().is_known) << "HOME has the value of the environment";
  kustomization("over/test", "resources: [\n");
  EXPECT_FALSE(files().is_known);
}

TEST_F(KustomizationFilesTest, PathsInTextsAreNoFolders) {
  kustomization("over/test",
                "configMapGenerator: [{name: a, literals: [dir=/etc, up=.., self=.]}]\npatches:\n- patch: "
                "|-\n    - {op: replace, path: /spec, value: /tmp}\n");
  const auto found = files();
  EXPECT_TRUE(found.is_known);
  EXPECT_EQ(found.files.size(), 3u) << "the three names of its own";
}

TEST_F(KustomizationFilesTest, OneThatNamesItself) {
  kustomization("over/test", "resources: [../test, ../../base]\n");
  kustomization("base", "resources: [../over/test]\n");
  EXPECT_THAT(files().files, Contains("base/kustomization.yaml"));
}

}  // namespace
}  // namespace harness
