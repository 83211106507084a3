// cli/flags.cc and cli/plan.cc together: what each combination of flags comes to.
#include <gmock/gmock.h>

#include "base/text.h"
#include "cli/flags.h"
#include "cli/plan.h"
#include "support/errors.h"
#include "support/golden.h"

namespace harness {
namespace {

using testing::HasSubstr;

Options parse(const std::string& line) {
  const auto words = split("harness " + line, ' ');
  std::vector<const char*> args;
  for (const auto& word : words) args.push_back(word.c_str());
  return parse_flags(static_cast<int>(args.size()), args.data());
}

std::string refused(const std::string& line) {
  const auto error = error_of([&] { parse(line); });
  EXPECT_EQ(error.details.exit_code, kUsage) << line;
  return error.what();
}

Project project() {
  Project p;
  p.file = "/p/components.yaml";
  p.builders = {{"make", "make {targets}"}, {"go", "go build {targets}"}};
  p.images = {
      {.name = "debian", .kind = Image::Kind::dockerfile},
      {.name = "deck", .kind = Image::Kind::builder, .builder = "make", .target = "deck", .base = "debian"},
      {.name = "hook", .kind = Image::Kind::builder, .builder = "go", .target = "./hook"},
      {.name = "nginx", .kind = Image::Kind::pull}};
  p.components = {{.name = "hook", .images = {"hook"}, .expose = {{.path = "/hook"}}},
                  {.name = "deck", .images = {"deck"}, .expose = {{.path = "/"}}, .after = {"hook"}},
                  {.name = "tenanted", .images = {"deck", "nginx"}}};
  p.tests = {{.path = "t", .name = "t", .builder = "make", .target = "tests"},
             {.kind = TestProgram::Kind::command, .name = "Smoke"}};
  return p;
}

ImageBases bases() { return {{"debian", {}}, {"deck", {"debian"}}, {"hook", {}}, {"nginx", {}}}; }

const ComponentImages kUses{{"hook", {"hook"}}, {"deck", {"deck"}}, {"tenanted", {"deck", "nginx"}}};

TEST(CombinationsTest, GoldenPlans) {
  std::string text;
  for (const char* line : {"-all",
                           "-all -keep",
                           "-all -keep=false",
                           "-all -skip=Slow",
                           "-all -no-setup",
                           "-all -no-setup -teardown",
                           "-all -no-setup-kind-cluster",
                           "-all -build=deck",
                           "-run=X",
                           "-run=X -skip=Y",
                           "-run=X -teardown",
                           "-run=X -keep",
                           "-run=X -no-setup",
                           "-run=X -build=hook",
                           "-run=X -build=debian",
                           "-run=X -build=deck,hook",
                           "-run=X -no-setup-kind-cluster",
                           "-build=ALL",
                           "-build=nginx",
                           "-build=deck -teardown",
                           "-no-setup-kind-cluster",
                           "-no-setup-kind-cluster -build=hook",
                           "-list",
                           "-list -run=X",
                           "-teardown",
                           "-dry-run"}) {
    const auto options = parse(line);
    text += std::string("# ") + line + "\n" +
            describe(make_plan(options, project(), kUses, bases), options, project(), "harness-x") + "\n";
  }
  expect_golden("plans.txt", trim(text));
}

TEST(CombinationsTest, ContradictionsAreRefused) {
  for (const char* line :
       {"-all -run=X", "-no-setup -build=deck -run=X", "-no-setup -no-setup-kind-cluster -run=X",
        "-all -keep -teardown", "-list -teardown"})
    EXPECT_THAT(refused(line), HasSubstr(" contradict each other: ")) << line;
}

TEST(CombinationsTest, ValuesAreChecked) {
  EXPECT_THAT(refused("-all -j=-1"), HasSubstr("-j must be at least 1"));
  EXPECT_THAT(refused("-all -j=1x"), HasSubstr("1x"));
  EXPECT_THAT(refused("-all -skip=["), HasSubstr("-skip=[: missing ]"));
  EXPECT_THAT(refused("-all=maybe"), HasSubstr("-all takes no value but true or false, not \"maybe\""));
  EXPECT_THAT(refused("-all -build="), HasSubstr("-build needs a value"));
  EXPECT_THAT(refused("-all -run"), HasSubstr("-run needs a value"));
  EXPECT_THAT(refused("-run=X -run=Y"), HasSubstr("-run is given twice"));
  EXPECT_THAT(refused("-run=X --run=Y"), HasSubstr("-run is given twice"));
  for (const auto& name : {std::string(31, 'a'), std::string("A"), std::string("-x"), std::string("x-"),
                           std::string("a.b"), std::string("a_b")})
    EXPECT_THAT(refused("-all -name=" + name), HasSubstr("a name is at most")) << name;
  EXPECT_EQ(parse("-all -name=" + std::string(30, 'a')).name, std::string(30, 'a'));
}

TEST(CombinationsTest, UnknownFlagsOfEveryShape) {
  EXPECT_EQ(refused("-alll"), "unknown flag -alll (did you mean -all?)");
  EXPECT_EQ(refused("--teardwon=true"), "unknown flag --teardwon (did you mean -teardown?)");
  EXPECT_EQ(refused("---all"), "unknown flag ---all (did you mean -all?)");
  EXPECT_EQ(refused("-somethingelse"), "unknown flag -somethingelse");
  EXPECT_THAT(refused("--"), HasSubstr("unknown flag --"));
  EXPECT_THAT(refused("-=x"), HasSubstr("unknown flag -"));
  EXPECT_EQ(refused("-all TestX"), "unexpected argument \"TestX\"");
  EXPECT_EQ(refused("-"), "unexpected argument \"-\"");
}

TEST(CombinationsTest, ValuesThatLookLikeFlagsOrLists) {
  EXPECT_EQ(parse("-run=-x").run, "-x");
  EXPECT_EQ(parse("-run --all").run, "--all");
  EXPECT_EQ(parse("-run=[ab],{1}").run, "[ab],{1}");
  EXPECT_EQ(parse("-run=a=b -skip==c").skip, "=c");
  EXPECT_EQ(parse("-all -artifacts=a,b").artifacts, "a,b");
  EXPECT_THAT(parse("-build=deck,hook").build, testing::ElementsAre("deck", "hook"));
  EXPECT_EQ(parse("-all -j 3").jobs, 3);
}

TEST(CombinationsTest, HelpAndVersionAskNothingElse) {
  EXPECT_TRUE(parse("-help -keep -teardown").help);
  EXPECT_TRUE(parse("-version -no-setup").version);
}

TEST(CombinationsTest, ARebuiltBaseReachesWhatStandsOnIt) {
  const auto plan = make_plan(parse("-build=debian"), project(), kUses, bases);
  EXPECT_THAT(plan.forced, testing::ElementsAre("debian"));
  EXPECT_THAT(plan.images, testing::ElementsAre("debian", "deck", "nginx"));
  EXPECT_THAT(plan.components, testing::ElementsAre("deck", "tenanted"));
}

TEST(CombinationsTest, BuildNamesImagesThatThereAre) {
  const auto error = error_of([] { make_plan(parse("-build=deck,hok"), project(), kUses, bases); });
  EXPECT_STREQ(error.what(), "-build: no image \"hok\" in components.yaml (did you mean \"hook\"?)");
  EXPECT_EQ(error.details.hint, "images: debian, deck, hook, nginx");
  EXPECT_EQ(error.details.exit_code, kUsage);
}

}  // namespace
}  // namespace harness
