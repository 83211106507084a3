#include "cli/flags.h"

#include <gmock/gmock.h>

#include "cli/commands.h"
#include "support/environment.h"
#include "support/errors.h"

using namespace harness;
using testing::HasSubstr;

namespace {

Options parse(std::vector<const char*> args) {
  args.insert(args.begin(), "harness");
  return parse_flags(static_cast<int>(args.size()), args.data());
}
std::string error(std::vector<const char*> args) {
  return error_of([&] { parse(args); }).what();
}

class FlagsTest : public testing::Test {
  const ScopedVariable artifacts_{"ARTIFACTS", std::nullopt};
};

TEST_F(FlagsTest, EveryFormMeansTheSame) {
  for (const auto& args : {std::vector<const char*>{"-run=X"}, {"-run", "X"}, {"--run=X"}, {"--run", "X"}})
    EXPECT_EQ(parse(args).run, "X");
  EXPECT_EQ(parse({"-run", "-x"}).run, "-x");
  EXPECT_EQ(parse({"-run=a=b"}).run, "a=b");
  EXPECT_EQ(parse({"-build=a,b", "-run=X"}).build, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(parse({"-all", "-keep=false"}).keep);
}

TEST_F(FlagsTest, SaysWhatIsWrong) {
  EXPECT_EQ(error({"-rnu=X"}), "unknown flag -rnu (did you mean -run?)");
  EXPECT_EQ(error({"-run="}), "-run needs a value");
  EXPECT_EQ(error({"-run"}), "-run needs a value");
  EXPECT_EQ(error({"-all", "-all"}), "-all is given twice");
  EXPECT_EQ(error({"TestX"}), "unexpected argument \"TestX\"");
  EXPECT_THAT(error({"-run=("}), HasSubstr("missing )"));
  EXPECT_THAT(error({"-all", "-run=X"}), HasSubstr("contradict"));
  EXPECT_THAT(error({"-no-setup", "-run=X", "-build=a"}), HasSubstr("contradict"));
  EXPECT_THAT(error({"-keep", "-teardown"}), HasSubstr("contradict"));
  EXPECT_THAT(error({"-all", "-name=A_b"}), HasSubstr("a name is"));
  EXPECT_THAT(error({"-all", "-j=many"}), HasSubstr("many"));
  EXPECT_EQ(error({}), "nothing to do");
  EXPECT_THAT(error({"-no-setup"}), HasSubstr("say which"));
}

TEST_F(FlagsTest, ArtifactsComeFromTheEnvironmentToo) {
  const ScopedVariable artifacts("ARTIFACTS", "/logs");
  EXPECT_EQ(parse({"-all"}).artifacts, "/logs");
  EXPECT_EQ(parse({"-all", "-artifacts=here"}).artifacts, "here");
}

TEST_F(FlagsTest, Commands) {
  const auto run = parse({"testrun", "-set=a=b", "t.yaml", "-set", "c=d"});
  EXPECT_EQ(run.task, Task::run_testrun);
  EXPECT_EQ(run.testrun, "t.yaml");
  EXPECT_EQ(run.set, (std::vector<std::string>{"a=b", "c=d"}));
  EXPECT_EQ(parse({"testrun", "validate", "t.yaml"}).task, Task::validate_testrun);
  const auto emit = parse({"testrun", "emit", "argo", "t.yaml"});
  EXPECT_EQ(emit.task, Task::emit_testrun);
  EXPECT_EQ(emit.emit, "argo");
  EXPECT_EQ(emit.testrun, "t.yaml");
  EXPECT_EQ(parse({"testrun", "resume", "one"}).resume, "one");
  EXPECT_EQ(parse({"testrun", "./validate"}).testrun, "./validate") << "a file of that name";
  EXPECT_EQ(parse({"gc"}).task, Task::gc);
  EXPECT_TRUE(parse({"doctor", "-json"}).json);
  EXPECT_EQ(parse({"init"}).task, Task::init);
}

TEST_F(FlagsTest, WhatIsWrongWithACommand) {
  const auto said = [](std::vector<const char*> args) {
    const auto e = error_of([&] { parse(args); });
    return std::string(e.what()) + "; " + e.details.hint;
  };
  EXPECT_EQ(said({"docter"}),
            "unexpected argument \"docter\" (did you mean harness doctor?); to choose tests: -run=docter");
  EXPECT_EQ(said({"-doctor"}), "unknown flag -doctor; doctor is a command: harness doctor");
  EXPECT_EQ(said({"-set=a=b"}), "-set is a flag of testrun; harness testrun FILE -set=...");
  EXPECT_EQ(said({"testrun", "t.yaml", "-all"}),
            "harness testrun has no flag -all; harness help testrun lists its flags");
  EXPECT_EQ(said({"doctor", "-jsn"}),
            "unknown flag -jsn (did you mean -json?); harness help doctor lists its flags");
  EXPECT_EQ(said({"testrun"}), "harness testrun: FILE is missing; harness testrun FILE");
  EXPECT_EQ(said({"testrun", "emit", "argo"}),
            "harness testrun emit: FILE is missing; harness testrun emit ENGINE FILE");
  EXPECT_EQ(said({"gc", "now"}), "harness gc: unexpected argument \"now\"; harness help gc explains it");
  EXPECT_EQ(said({"help", "tetsrun"}),
            "there is no command tetsrun (did you mean testrun?); harness help lists them");
}

TEST_F(FlagsTest, HelpOfEach) {
  for (const auto& args : {std::vector<const char*>{"-h"}, {"-help"}, {"--help"}, {"help"}}) {
    EXPECT_TRUE(parse(args).help);
    EXPECT_EQ(parse(args).help_of, "");
  }
  for (const auto& args : {std::vector<const char*>{"testrun", "emit", "-h"},
                           {"testrun", "emit", "-help"},
                           {"help", "testrun", "emit"}}) {
    EXPECT_TRUE(parse(args).help);
    EXPECT_EQ(parse(args).help_of, "testrun emit");
  }
}

TEST_F(FlagsTest, HelpNamesEveryFlag) {
  for (const auto& command : command_specs()) {
    const auto help = help_text("./harness", command.name());
    for (const auto& name : command.flags)
      EXPECT_THAT(help, testing::ContainsRegex("(^|[ ,(])-" + name + "([^a-z-]|$)")) << command.name();
    EXPECT_THAT(help, Not(HasSubstr("$PROGRAM")));
  }
}

TEST_F(FlagsTest, EachFlagIsSomebodys) {
  std::set<std::string> had;
  for (const auto& command : command_specs()) had.insert(command.flags.begin(), command.flags.end());
  const auto names = flag_names();
  EXPECT_EQ(had, (std::set<std::string>{names.begin(), names.end()}));
}

}  // namespace
