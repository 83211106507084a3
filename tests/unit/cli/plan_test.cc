#include "cli/plan.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/errors.h"

using namespace harness;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Project project() {
  Project p;
  p.file = "/p/components.yaml";
  p.builders["make"] = "make {targets}";
  p.images = {
      {.name = "base", .kind = Image::Kind::dockerfile},
      {.name = "deck", .kind = Image::Kind::builder, .builder = "make", .target = "deck", .base = "base"},
      {.name = "hook", .kind = Image::Kind::builder, .builder = "make", .target = "hook"}};
  p.components = {{.name = "deck", .images = {"deck"}},
                  {.name = "deck-tenanted", .images = {"deck"}, .after = {"deck"}},
                  {.name = "hook", .images = {"hook"}}};
  p.tests = {{.path = "t", .name = "t", .builder = "make", .target = "t"}};
  return p;
}
ImageBases bases() { return {{"base", {}}, {"deck", {"base"}}, {"hook", {}}}; }
const ComponentImages kUses{{"deck", {"deck"}}, {"deck-tenanted", {"deck"}}, {"hook", {"hook"}}};

Plan plan(const Options& options) { return make_plan(options, project(), kUses, bases); }

TEST(PlanTest, AllMakesEverythingAndDeletesIt) {
  const auto all = plan({.all = true});
  EXPECT_EQ(all.cluster, Plan::Cluster::ensure);
  EXPECT_THAT(all.images, ElementsAre("base", "deck", "hook"));
  EXPECT_THAT(all.components, ElementsAre("deck", "deck-tenanted", "hook"));
  EXPECT_THAT(all.builders.at("make"), ElementsAre("deck", "hook", "t"));
  EXPECT_THAT(all.forced, IsEmpty());
  EXPECT_TRUE(all.tests && all.teardown);
  EXPECT_FALSE(plan({.all = true, .keep = true}).teardown);
}

TEST(PlanTest, RunKeepsTheCluster) {
  const auto run = plan({.run = "TestDeck"});
  EXPECT_EQ(run.cluster, Plan::Cluster::ensure);
  EXPECT_TRUE(run.tests);
  EXPECT_FALSE(run.teardown);
  EXPECT_TRUE(plan({.run = "TestDeck", .teardown = true}).teardown);
}

TEST(PlanTest, NoSetupOnlyTests) {
  const auto tests = plan({.run = "TestDeck", .no_setup = true});
  EXPECT_EQ(tests.cluster, Plan::Cluster::none);
  EXPECT_THAT(tests.images, IsEmpty());
  EXPECT_THAT(tests.components, IsEmpty());
}

TEST(PlanTest, BuildTakesWhatUsesTheImageAndNoMore) {
  const auto build = plan({.build = {"deck"}});
  EXPECT_EQ(build.cluster, Plan::Cluster::require);
  EXPECT_THAT(build.images, ElementsAre("base", "deck"));
  EXPECT_THAT(build.forced, ElementsAre("deck"));
  EXPECT_THAT(build.components, ElementsAre("deck", "deck-tenanted"));
  EXPECT_FALSE(build.tests);
  EXPECT_THAT(plan({.build = {"ALL"}}).forced, ElementsAre("base", "deck", "hook"));
  EXPECT_THAT(error_of([] { plan({.build = {"dekc"}}); }).what(), HasSubstr("did you mean \"deck\"?"));
}

TEST(PlanTest, NoSetupKindClusterNeedsTheOneThatIsThere) {
  const auto all = plan({.all = true, .no_setup_kind_cluster = true});
  EXPECT_EQ(all.cluster, Plan::Cluster::require);
  EXPECT_THAT(all.components, ElementsAre("deck", "deck-tenanted", "hook"));
  EXPECT_FALSE(all.teardown);
}

TEST(PlanTest, ListAndTeardownTouchNoCluster) {
  EXPECT_EQ(plan({.list = true}).cluster, Plan::Cluster::none);
  const auto teardown = plan({.teardown = true});
  EXPECT_EQ(teardown.cluster, Plan::Cluster::none);
  EXPECT_TRUE(teardown.teardown);
  EXPECT_FALSE(teardown.tests);
}

TEST(PlanTest, WhatIsMadeFromAnImageInAnyWayIsMadeAnewWithIt) {
  auto p = project();
  p.images.push_back({.name = "web", .kind = Image::Kind::dockerfile});
  p.images.push_back({.name = "copy", .kind = Image::Kind::pull});
  p.components.push_back({.name = "copy", .images = {"copy"}});
  auto uses = kUses;
  uses["copy"] = {"copy"};
  const auto plan = make_plan({.build = {"deck"}}, p, uses, [] {
    return ImageBases{
        {"base", {}}, {"deck", {"base"}}, {"hook", {}}, {"web", {"hook", "deck"}}, {"copy", {"web"}}};
  });
  EXPECT_THAT(plan.images, ElementsAre("base", "deck", "hook", "web", "copy"))
      << "and what it is made from comes first";
  EXPECT_THAT(plan.forced, ElementsAre("deck"));
  EXPECT_THAT(plan.components, ElementsAre("deck", "deck-tenanted", "copy"));
  EXPECT_THROW(make_plan({.build = {"deck"}}, p, uses,
                         []() -> ImageBases { throw Error("a circle", {.exit_code = kUsage}); }),
               Error);
  EXPECT_NO_THROW(make_plan({.list = true}, p, uses, []() -> ImageBases {
    throw Error("a circle", {.exit_code = kUsage});
  })) << "where nothing is made";
}

TEST(PlanTest, ImagesWithInputsAreTargetsOnlyWhereTheseChanged) {
  auto p = project();
  p.images[1].inputs = {"src"};
  const auto targets = [&](const Options& options) {
    return targets_in_any_case(make_plan(options, p, kUses, bases), p, "make");
  };
  EXPECT_THAT(targets({.all = true}), ElementsAre("hook", "t"));
  EXPECT_THAT(targets({.build = {"deck"}}), ElementsAre("deck"))
      << "-build makes it whatever the registry has";
  EXPECT_THAT(targets({.run = "T", .build = {"hook"}}), ElementsAre("hook", "t"));
  EXPECT_THAT(images_by_inputs(make_plan({.all = true}, p, kUses, bases), p, "make"),
              ElementsAre(&p.images[1]));
  EXPECT_THAT(describe(make_plan({.all = true}, p, kUses, bases), {.all = true}, p, "x"),
              HasSubstr("build     make: hook t deck (if its inputs changed)\n"));
  p.tests[0].target = "deck";
  EXPECT_THAT(targets({.all = true}), ElementsAre("deck", "hook")) << "a test needs it too";
}

TEST(PlanTest, IsDescribedAStepALine) {
  const Options options{.build = {"deck"}};
  EXPECT_EQ(describe(plan(options), options, project(), "harness-x"),
            "cluster   use harness-x as it is\n"
            "build     make: deck\n"
            "image     base\n"
            "image     deck (rebuilt)\n"
            "deploy    deck\n"
            "deploy    deck-tenanted after deck\n");
  const Options part{.run = "Hook", .shard = Shard{2, 5}};
  EXPECT_THAT(describe(plan(part), part, project(), "harness-x"),
              HasSubstr("tests     -run=Hook -shard=2/5\n"));
}

TEST(PlanTest, WhatTestsUseIsWithWhatItComesAfter) {
  auto p = project();
  p.tests[0].uses = {"deck-tenanted"};
  EXPECT_THAT(used_components(p, p.tests[0]), ElementsAre("deck", "deck-tenanted"));
  p.tests[0].uses->clear();
  EXPECT_THAT(used_components(p, p.tests[0]), IsEmpty());
  p.tests[0].kind = TestProgram::Kind::helm;
  p.tests[0].path = "hook";
  EXPECT_THAT(used_components(p, p.tests[0]), ElementsAre("hook")) << "the tests of its chart";
  p.tests[0].uses.reset();
  EXPECT_THAT(used_components(p, p.tests[0]), ElementsAre("deck", "deck-tenanted", "hook"));
}

TEST(PlanTest, WhatNoChosenTestUsesIsLeftOut) {
  auto p = project();
  p.images.push_back({.name = "of-tests", .kind = Image::Kind::pull, .pull = "busybox"});
  p.tests[0].uses = {"deck"};
  auto all_bases = bases();
  all_bases["of-tests"] = {};
  const auto whole = make_plan({.run = "x"}, p, kUses, [&] { return all_bases; });
  EXPECT_TRUE(may_leave_out(whole, {.run = "x"}, p));
  EXPECT_FALSE(may_leave_out(whole, {.all = true}, p));
  const auto plan = without_unused(whole, p, kUses, {"deck"});
  EXPECT_THAT(plan.components, ElementsAre("deck"));
  EXPECT_THAT(plan.left_out, ElementsAre("deck-tenanted", "hook"));
  EXPECT_THAT(plan.images, ElementsAre("base", "deck", "of-tests")) << "tests may start pods with it";
  EXPECT_THAT(plan.builders.at("make"), ElementsAre("deck", "t"));
  p.tests[0].uses.reset();
  EXPECT_FALSE(may_leave_out(whole, {.run = "x"}, p));
}

TEST(PlanTest, TestsWithControlPlanesNeedNoCluster) {
  auto p = project();
  p.tests[0].control_plane = true;
  const auto whole = make_plan({.run = "x"}, p, kUses, [] { return bases(); });
  EXPECT_TRUE(may_leave_out(whole, {.run = "x"}, p));
  EXPECT_TRUE(may_leave_out(make_plan({.run = "x", .no_setup = true}, p, kUses, [] { return bases(); }),
                            {.run = "x", .no_setup = true}, p));
  const auto plan = apart(whole, {.run = "x"}, p);
  EXPECT_EQ(plan.cluster, Plan::Cluster::none);
  EXPECT_TRUE(plan.tests && plan.apart && !plan.teardown);
  EXPECT_THAT(plan.components, IsEmpty());
  EXPECT_THAT(plan.images, IsEmpty());
  EXPECT_THAT(plan.builders.at("make"), ElementsAre("t")) << "the tests' own target";
}

TEST(PlanTest, AllDeploysTheComponentsWhateverTestsNeed) {
  auto p = project();
  p.tests[0].control_plane = true;
  const auto plan = make_plan({.all = true}, p, kUses, [] { return bases(); });
  EXPECT_FALSE(may_leave_out(plan, {.all = true}, p));
  p.components.clear();
  EXPECT_TRUE(may_leave_out(plan, {.all = true}, p)) << "there are none";
}

}  // namespace
