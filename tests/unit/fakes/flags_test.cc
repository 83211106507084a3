#include "http/flags.h"

#include <gtest/gtest.h>

namespace fakes::http {
namespace {

struct FlagsTest : testing::Test {
  FlagsTest() {
    flags.add("port", port, "where to listen", {0, 65535});
    flags.add("dir", dir, "a folder");
    flags.add("help", help, "this text");
  }
  std::string problem(const std::vector<std::string>& args) {
    try {
      flags.parse(args);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  }
  int port = 8888;
  std::string dir = "/d";
  bool help = false;
  Flags flags;
};

TEST_F(FlagsTest, TakesOneDashOrTwoAndAnEqualsSignOrASpace) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"-port=1"}, {"--port=1"}, {"-port", "1"}, {"--port", "1"}}) {
    port = 8888;
    EXPECT_EQ(problem(args), "");
    EXPECT_EQ(port, 1);
  }
}

TEST_F(FlagsTest, KeepsDefaultsAndValuesWithEqualsSigns) {
  EXPECT_EQ(problem({"-dir=/a=b", "-help"}), "");
  EXPECT_EQ(dir, "/a=b");
  EXPECT_EQ(port, 8888);
  EXPECT_TRUE(help);
}

TEST_F(FlagsTest, NamesWhatIsWrong) {
  EXPECT_EQ(problem({"-prot=1"}), "unknown flag -prot");
  EXPECT_EQ(problem({"---port=1"}), "unknown flag ---port");
  EXPECT_EQ(problem({"port"}), "unexpected argument \"port\"");
  EXPECT_EQ(problem({"-"}), "unexpected argument \"-\"");
  EXPECT_EQ(problem({"-port"}), "-port needs a value");
  EXPECT_EQ(problem({"-dir="}), "-dir needs a value");
  EXPECT_EQ(problem({"-port=1", "--port=2"}), "-port is given twice");
  EXPECT_EQ(problem({"-help=x"}), "-help takes no value but true or false, not \"x\"");
  for (const std::string wrong : {"x", "1x", "-1", "65536", "99999999999", ""})
    EXPECT_EQ(problem({"-port=" + wrong}), "-port takes a number from 0 to 65535, not \"" + wrong + "\"");
}

TEST_F(FlagsTest, HelpHasEveryFlagWithItsDefault) {
  EXPECT_EQ(flags.help(),
            "  -port  where to listen (default 8888)\n"
            "  -dir   a folder (default /d)\n"
            "  -help  this text\n");
}

}  // namespace
}  // namespace fakes::http
