// cli/edits.cc: which changes start a round of -watch.
#include "cli/edits.h"

#include <gmock/gmock.h>

#include "image/repository.h"
#include "support/files.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EditsTest : public testing::Test {
 protected:
  void begin(bool with_git = false) {
    edits_.begin_round(files_, with_git ? Worktree::of(project_.root(), Worktree::Search::here) : nullptr,
                       "");
  }
  Edits::Verdict change(const std::string& path, bool in_round) {
    project_.write(path, std::to_string(++count_));
    return edits_.judge({path}, in_round);
  }
  void there(const std::string& path) {
    project_.write(path, "0");
    edits_.seen(path);
  }

  TempProject project_;
  Edits edits_{project_.root()};
  ProjectFiles files_;
  int count_ = 0;
};

TEST_F(EditsTest, WhatARoundMakesIsNoEdit) {
  begin();
  for (const char* path : {"x.xml", "reports/a", "x.xml"}) {
    const auto verdict = change(path, true);
    EXPECT_THAT(verdict.at_once, IsEmpty());
    EXPECT_THAT(verdict.afterwards, IsEmpty());
  }
  fs::remove(project_ / "x.xml");
  EXPECT_THAT(edits_.judge({"x.xml"}, true).afterwards, IsEmpty());
  EXPECT_THAT(change("x.xml", false).at_once, ElementsAre("x.xml")) << "between rounds it was somebody else";
}

TEST_F(EditsTest, WhatIsAsItWasIsNoEdit) {
  there("a");
  begin();
  change("a", false);
  EXPECT_THAT(edits_.judge({"a"}, false).at_once, IsEmpty());
  project_.write("a", std::to_string(count_));
  EXPECT_THAT(edits_.judge({"a"}, true).afterwards, IsEmpty()) << "the same text once more";
  EXPECT_THAT(edits_.judge({"never there"}, false).at_once, IsEmpty()) << "an editor's file, gone already";
  fs::permissions(project_ / "a", fs::perms::owner_all);
  EXPECT_THAT(edits_.judge({"a"}, false).at_once, ElementsAre("a"));
  fs::remove(project_ / "a");
  EXPECT_THAT(edits_.judge({"a"}, false).at_once, ElementsAre("a"));
}

TEST_F(EditsTest, AFileThatRoundsChangeStartsOneTooMany) {
  there("x.xml");
  begin();
  EXPECT_THAT(change("x.xml", true).afterwards, ElementsAre("x.xml")) << "it may have been the user";
  begin();
  const auto verdict = change("x.xml", true);
  EXPECT_THAT(verdict.afterwards, IsEmpty());
  EXPECT_THAT(verdict.remarks, ElementsAre(HasSubstr("x.xml changes in each round")));
  begin();
  EXPECT_THAT(change("x.xml", true).remarks, IsEmpty());
  EXPECT_THAT(change("x.xml", false).at_once, ElementsAre("x.xml"));
}

TEST_F(EditsTest, ASourceIsAnEditUnlessItChangesInEachRound) {
  git(project_.root(), "init -q");
  project_.write("src/a", "0");
  git(project_.root(), "add . && git commit -qm x");
  edits_.seen("src/a");
  begin(true);
  EXPECT_THAT(change("src/a", true).at_once, ElementsAre("src/a"));
  begin(true);
  EXPECT_THAT(change("src/a", true).afterwards, ElementsAre("src/a"))
      << "a round that writes it comes to its end";
  EXPECT_THAT(change("src/a", true).afterwards, ElementsAre("src/a")) << "more than once in a round";
  begin(true);
  EXPECT_THAT(change("src/a", true).remarks, ElementsAre(HasSubstr("src/a changes in each round")));
  begin(true);
  const auto verdict = change("src/a", true);
  EXPECT_EQ(verdict.at_once.size() + verdict.afterwards.size() + verdict.remarks.size(), 0u);
  EXPECT_THAT(change("src/a", false).at_once, ElementsAre("src/a"));
  EXPECT_THAT(change("src/a", true).at_once, ElementsAre("src/a")) << "it is the user's again";
  begin(true);
  begin(true);
  EXPECT_THAT(change("src/a", true).at_once, ElementsAre("src/a")) << "not in succession";
  begin(true);
  begin(true);
  fs::remove(project_ / "src/a");
  EXPECT_THAT(edits_.judge({"src/a"}, true).at_once, ElementsAre("src/a"));
}

TEST_F(EditsTest, WhatComponentsYamlNames) {
  Project project;
  project.root = project_.root();
  project.file = project_ / "components.yaml";
  project_.write("web/.dockerignore", "out\n");
  project_.write("web/Dockerfile", "FROM x\n");
  project.images = {
      {.name = "web", .kind = Image::Kind::dockerfile, .dockerfile = "web/Dockerfile", .context = "web"},
      {.name = "deck", .kind = Image::Kind::builder, .files = {{"out/deck", "/deck"}}, .inputs = {"./src/"}}};
  project.components = {{.name = "web", .sources = {.manifests = {"deploy/web.yaml"}}}};
  project.tests = {{.path = "build/tests"}};
  const auto files = project_files(project, {project_ / "results"});
  for (const char* path :
       {"components.yaml", "web/Dockerfile", "web/page", "web/.dockerignore", "src/new", "deploy/web.yaml"})
    EXPECT_TRUE(files.is_input(path)) << path;
  for (const char* path : {"web/out/x", "x.xml", "srcs", "web", "deploy/x"})
    EXPECT_FALSE(files.is_input(path)) << path;
  for (const char* path : {"deploy", "deploy/web.yaml", "web", "src"})
    EXPECT_TRUE(files.leads_to_input(path)) << path;
  for (const char* path : {"src/new", "deploy/x", "out"}) EXPECT_FALSE(files.leads_to_input(path)) << path;
  for (const char* path : {"out/deck", "build/tests"}) EXPECT_TRUE(files.is_made(path)) << path;
  EXPECT_TRUE(files.is_report("results/junit_01.xml"));
  files_ = files;
  begin();
  EXPECT_THAT(change("src/new", true).at_once, ElementsAre("src/new")) << "one that appears among the inputs";
  EXPECT_THAT(change("results/x", false).at_once, IsEmpty());
}

TEST_F(EditsTest, MoreThanTheSystemCouldList) {
  begin();
  EXPECT_THAT(edits_.judge({""}, true).afterwards, ElementsAre(""));
  EXPECT_THAT(edits_.judge({""}, false).at_once, ElementsAre(""));
}

}  // namespace
}  // namespace harness
