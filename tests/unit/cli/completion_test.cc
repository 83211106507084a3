#include "cli/completion.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/history.h"

namespace harness {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() {
    files_.write("m.yaml", "");
    files_.write("components.yaml", R"(images: {deck: {pull: x}, hook: {pull: x}}
components: {deck: {manifest: m.yaml}, db: {manifest: m.yaml}}
tests: [{name: Smoke, command: "true", labels: [slow]}]
)");
    write_history(files_ / ".harness/default/history.db", {{"TestDeck/Shows", 1}, {"Pods/waits (long)", 1}});
    files_.write(".harness/other/instance.json", "{}");
    std::filesystem::current_path(files_.root());
  }
  ~CompletionTest() override { std::filesystem::current_path("/"); }

  const TempProject files_;
};

TEST_F(CompletionTest, FlagsOfTheCommand) {
  EXPECT_THAT(completions("harness -te"), ElementsAre("-teardown"));
  EXPECT_THAT(completions("./harness --run"), ElementsAre("--run="));
  EXPECT_THAT(completions("harness testrun validate -"),
              ElementsAre("-config=", "-executor=", "-help", "-set="));
  EXPECT_THAT(completions("harness merge a b -"), ElementsAre("-help", "-o="));
}

TEST_F(CompletionTest, CommandsAndTheirArguments) {
  EXPECT_THAT(completions("harness te"), ElementsAre("testrun"));
  EXPECT_THAT(completions("harness "), Contains("completion"));
  EXPECT_THAT(completions("harness help "), Contains("restart"));
  EXPECT_THAT(completions("harness help restart "), IsEmpty());
  EXPECT_THAT(completions("harness testrun "), ElementsAre("emit", "resume", "validate"));
  EXPECT_THAT(completions("harness testrun emit t"), ElementsAre("tekton"));
  EXPECT_THAT(completions("harness testrun emit tekton "), IsEmpty());  // a file
  EXPECT_THAT(completions("harness restart "), ElementsAre("db", "deck"));
  EXPECT_THAT(completions("harness restart db d"), ElementsAre("db", "deck"));
  EXPECT_THAT(completions("harness completion f"), ElementsAre("fish"));
  EXPECT_THAT(completions("harness -all x"), IsEmpty());
}

TEST_F(CompletionTest, ValuesOfFlags) {
  EXPECT_THAT(completions("harness -run=T"), ElementsAre("-run=TestDeck", "-run=TestDeck/Shows"));
  EXPECT_THAT(completions("harness --skip=Pods/"), ElementsAre("--skip=Pods/waits \\(long\\)"));
  EXPECT_THAT(completions("harness -run=S"), ElementsAre("-run=Smoke"));
  EXPECT_THAT(completions("harness -labels=s"), ElementsAre("-labels=serial", "-labels=slow"));
  EXPECT_THAT(completions("harness -build="), ElementsAre("-build=ALL", "-build=deck", "-build=hook"));
  EXPECT_THAT(completions("harness -build=deck,h"), ElementsAre("-build=deck,hook"));
  EXPECT_THAT(completions("harness -name="), ElementsAre("-name=other"));
  EXPECT_THAT(completions("harness -config="), IsEmpty());  // the shell's files
  EXPECT_THAT(completions("harness -name=other -run=T"), IsEmpty());
  EXPECT_THAT(completions("harness -nosuch="), IsEmpty());
}

TEST_F(CompletionTest, WhatCannotBeReadIsNoError) {
  files_.write("components.yaml", "images: [");
  EXPECT_THAT(completions("harness -build="), ElementsAre("-build=ALL"));
  EXPECT_THAT(completions("harness -run="), IsEmpty());
  EXPECT_THAT(completions("harness 'open -run="), IsEmpty());
  EXPECT_THAT(completions(""), Not(IsEmpty()));
}

TEST_F(CompletionTest, AProgramForEachShell) {
  for (const char* shell : {"bash", "zsh", "fish"})
    EXPECT_THAT(std::string(completion_script(shell)), HasSubstr("completion words")) << shell;
  EXPECT_EQ(error_of([] { completion_script("tcsh"); }).details.exit_code, kUsage);
}

}  // namespace
}  // namespace harness
