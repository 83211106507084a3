#include "cli/flags.h"

#include <gmock/gmock.h>

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
  for (const auto& args : {std::vector<const char*>{"-run=X"}, {"-run", "X"}, {"--run=X"}, {"--run", "X"}}) EXPECT_EQ(parse(args).run, "X");
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

TEST_F(FlagsTest, HelpNamesEveryFlag) {
  const auto help = help_text("./harness");
  for (const auto& name : flag_names()) EXPECT_THAT(help, HasSubstr("-" + name));
  EXPECT_THAT(help, Not(HasSubstr("$PROGRAM")));
}

}  // namespace
