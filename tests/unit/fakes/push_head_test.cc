#include "git/push_head.h"

#include <gtest/gtest.h>

namespace fakes::git {
namespace {

using Json = nlohmann::json;

std::string packet(const std::string& text) {
  char size[5];
  snprintf(size, sizeof size, "%04zx", text.size() + 4);
  return size + text;
}

const std::string kOld(40, '1'), kNew(40, '2');

TEST(PushHead, HasCommandsAndOptions) {
  const std::string body =
      packet(kOld + " " + kNew + " refs/heads/a" + '\0' + " report-status push-options agent=git") +
      packet(kOld + " " + kNew + " refs/heads/b c") + "0000" + packet("ci.skip") + packet("a=b\n") +
      "0000PACK";
  EXPECT_EQ(read_push_head(body), (Json{{"commands",
                                         {{{"old", kOld}, {"new", kNew}, {"ref", "refs/heads/a"}},
                                          {{"old", kOld}, {"new", kNew}, {"ref", "refs/heads/b c"}}}},
                                        {"push_options", {"ci.skip", "a=b"}}}));
}

TEST(PushHead, WithoutOptionsThePackFollows) {
  const std::string body = packet(kOld + " " + kNew + " refs/heads/a" + '\0' + " report-status") + "0000PACK";
  EXPECT_EQ((*read_push_head(body))["push_options"], Json::array());
}

TEST(PushHead, WhatIsCutOrNoneIsNothing) {
  const std::string line = packet(kOld + " " + kNew + " refs/heads/a" + '\0' + " push-options");
  for (const std::string& body :
       {std::string(), line, line + "000", line + "0000" + "0009a", std::string("zzzz"), std::string("0003"),
        std::string("ffff"), std::string("+004"), std::string("\x1f\x8b\x08\0", 4)})
    EXPECT_FALSE(read_push_head(body)) << body;
}

}  // namespace
}  // namespace fakes::git
