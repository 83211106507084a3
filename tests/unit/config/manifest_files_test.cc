#include "config/manifest_files.h"

#include <gmock/gmock.h>

#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ManifestFilesTest : public testing::Test {
 protected:
  ManifestFilesTest() {
    for (const char* file :
         {"deploy/b.yaml", "deploy/a.yml", "deploy/c.json", "deploy/README.md", "deploy/.hidden.yaml",
          "deploy/sub/d.yaml", "deploy/sub/deep/e.yaml", "deploy/.git/f.yaml", "apps/web/rbac/role.yaml",
          "apps/api/rbac/role.yaml", "apps/api/x.yaml", "plain"})
      project_.write(file, "");
  }
  std::vector<std::string> files(const std::string& entry) {
    const auto found = find_manifests(project_.root(), entry);
    EXPECT_EQ(found.problem, "") << entry;
    std::vector<std::string> names;
    for (const auto& file : found.files) names.push_back(file.string());
    return names;
  }
  std::string problem(const std::string& entry) { return find_manifests(project_.root(), entry).problem; }

  const TempProject project_;
};

TEST_F(ManifestFilesTest, AFileIsItselfWhateverItIsCalled) {
  EXPECT_THAT(files("./plain"), ElementsAre("plain"));
}

TEST_F(ManifestFilesTest, AFolderHasItsOwnFilesAndNotThoseOfItsFolders) {
  for (const char* entry : {"deploy", "deploy/", "./deploy"})
    EXPECT_THAT(files(entry), ElementsAre("deploy/a.yml", "deploy/b.yaml", "deploy/c.json")) << entry;
}

TEST_F(ManifestFilesTest, GlobsMatchNamesAndFolders) {
  EXPECT_THAT(files("deploy/*.yaml"), ElementsAre("deploy/b.yaml"));
  EXPECT_THAT(files("deploy/[ab].*"), ElementsAre("deploy/a.yml", "deploy/b.yaml"));
  EXPECT_THAT(files("deploy/?.json"), ElementsAre("deploy/c.json"));
  EXPECT_THAT(files("apps/*/rbac/*.yaml"), ElementsAre("apps/api/rbac/role.yaml", "apps/web/rbac/role.yaml"));
  EXPECT_THAT(files("deploy/.*.yaml"), ElementsAre("deploy/.hidden.yaml")) << "asked for by its point";
}

TEST_F(ManifestFilesTest, TwoStarsAreAnyFolders) {
  EXPECT_THAT(files("deploy/**"), ElementsAre("deploy/a.yml", "deploy/b.yaml", "deploy/c.json",
                                              "deploy/sub/d.yaml", "deploy/sub/deep/e.yaml"));
  EXPECT_THAT(files("**/role.yaml"), ElementsAre("apps/api/rbac/role.yaml", "apps/web/rbac/role.yaml"));
  EXPECT_THAT(files("deploy/**/*.yaml"),
              ElementsAre("deploy/b.yaml", "deploy/sub/d.yaml", "deploy/sub/deep/e.yaml"));
}

TEST_F(ManifestFilesTest, AFileWhoseNameIsAPatternIsThatFile) {
  project_.write("deploy/[a].yaml", "");
  EXPECT_THAT(files("deploy/[a].yaml"), ElementsAre("deploy/[a].yaml"));
}

TEST_F(ManifestFilesTest, WhatIsFoundNowhereIsAProblem) {
  EXPECT_EQ(problem("none.yaml"), "there is no file none.yaml");
  EXPECT_EQ(problem("deploy/*.yam"), "no .yaml, .yml or .json file matches deploy/*.yam");
  EXPECT_EQ(problem("deploy/*.md"), "no .yaml, .yml or .json file matches deploy/*.md");
  for (const char* entry : {"/**", "../*.yaml", "deploy/../../**"})
    EXPECT_THAT(problem(entry), HasSubstr(": a glob is looked for within the project")) << entry;
  EXPECT_EQ(problem("none/*.yaml"), "no .yaml, .yml or .json file matches none/*.yaml");
  EXPECT_EQ(problem("apps/web"),
            "the folder apps/web has no .yaml, .yml or .json file; apps/web/** also looks into its folders");
}

TEST_F(ManifestFilesTest, WhatAToolReadsIsNoManifest) {
  project_.write("over/kustomization.yaml", "");
  EXPECT_EQ(problem("over"), "over/kustomization.yaml is not a manifest: \"kustomize: over\" renders it");
  project_.write("chart/Chart.yaml", "");
  EXPECT_EQ(problem("chart/**"), "chart/Chart.yaml is not a manifest: \"helm: {chart: chart}\" renders it");
}

TEST_F(ManifestFilesTest, TheFolderIsWhereNewFilesWouldBeFound) {
  EXPECT_EQ(find_manifests(project_.root(), "deploy/").folder, "deploy/");
  EXPECT_EQ(find_manifests(project_.root(), "apps/*/rbac/*.yaml").folder, "apps");
  EXPECT_EQ(find_manifests(project_.root(), "*.yaml").folder, ".");
  EXPECT_EQ(find_manifests(project_.root(), "plain").folder, "");
}

TEST_F(ManifestFilesTest, LinksToFoldersAreNotFollowedByTwoStars) {
  std::filesystem::create_directory_symlink("..", project_ / "deploy/up");
  EXPECT_THAT(files("deploy/**"), testing::SizeIs(5));
}

}  // namespace
}  // namespace harness
