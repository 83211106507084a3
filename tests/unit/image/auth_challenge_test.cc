#include "image/auth_challenge.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(AuthChallengeTest, ATokenServerWithItsParameters) {
  const auto all = challenges_in(
      R"(Bearer realm="https://auth.example.com/token?x=1,2",service="registry, one",scope="repository:a/b:pull,push",error="insufficient_scope")");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].scheme, "bearer");
  EXPECT_THAT(all[0].params, UnorderedElementsAre(Pair("realm", "https://auth.example.com/token?x=1,2"),
                                                  Pair("service", "registry, one"),
                                                  Pair("scope", "repository:a/b:pull,push"),
                                                  Pair("error", "insufficient_scope")));
}

TEST(AuthChallengeTest, SeveralInOneHeaderAndInSeveral) {
  const auto all =
      challenges_in(R"(Negotiate, BASIC Realm = "a \"b\"" , charset=UTF-8, Bearer realm=https://x/y)");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].scheme, "negotiate");
  EXPECT_THAT(all[1].params, UnorderedElementsAre(Pair("realm", "a \"b\""), Pair("charset", "UTF-8")));
  EXPECT_EQ(all[2].scheme, "bearer");
  EXPECT_THAT(all[2].params, UnorderedElementsAre(Pair("realm", "https://x/y")));
}

TEST(AuthChallengeTest, WhatIsNoneIsLeftOut) {
  for (const char* text : {"", " , ,", "=", "\"", "a=b", "=\"x", "\"\"\"="}) {
    for (const auto& one : challenges_in(text)) EXPECT_THAT(one.params, IsEmpty()) << text;
  }
  EXPECT_EQ(challenges_in("Basic realm=\"never closed").at(0).params.at("realm"), "never closed");
}

}  // namespace
}  // namespace harness
