#include "git/repository_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fakes::git {
namespace {

TEST(RepositoryName, TakesOneToFourParts) {
  for (const std::string name :
       {"foo", "org1/repo4", "a/b/c/d", "A.b_c-9", "a..b", "-", "_", "foo.github", "git", "lock", "x.gitt"})
    EXPECT_EQ(name_problem(name), "") << name;
  EXPECT_EQ(name_problem(std::string(200, 'x')), "");
}

TEST(RepositoryName, SaysWhatIsWrong) {
  EXPECT_EQ(name_problem(""), "it is empty");
  EXPECT_EQ(name_problem("a/b/c/d/e"), "it has more than four parts");
  for (const std::string name : {"/a", "a/", "a//b", "/"})
    EXPECT_EQ(name_problem(name), "a part between slashes is empty") << name;
  for (const std::string name : {".", "..", "../a", "a/..", "a/../b", ".git", ".hidden"})
    EXPECT_THAT(name_problem(name), testing::HasSubstr("begins with a dot")) << name;
  EXPECT_EQ(name_problem("a/foo.git"), "\"foo.git\" ends in .git");
  EXPECT_EQ(name_problem("foo.lock/a"), "\"foo.lock\" ends in .lock");
  for (const std::string name : {"a b", "a\\b", "a\nb", "\xc3\xa4", "a~", "a:b", "a%2fb", "a\tb"})
    EXPECT_THAT(name_problem(name), testing::HasSubstr("has characters other than")) << name;
  EXPECT_THAT(name_problem(std::string("a\0b", 3)), testing::HasSubstr("has characters other than"));
  EXPECT_EQ(name_problem(std::string(201, 'x')), "a part is longer than 200 characters");
}

TEST(RepositoryName, PartsKeepEmptyOnes) {
  EXPECT_THAT(parts_of("a/b"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(parts_of("/a/"), testing::ElementsAre("", "a", ""));
  EXPECT_THAT(parts_of(""), testing::ElementsAre(""));
}

}  // namespace
}  // namespace fakes::git
