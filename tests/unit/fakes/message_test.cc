#include "http/message.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fakes::http {
namespace {

TEST(Message, DecodesPercentSigns) {
  EXPECT_EQ(percent_decoded("a%2Fb%2fc+d"), "a/b/c+d");
  EXPECT_EQ(percent_decoded("%41%42"), "AB");
  EXPECT_EQ(percent_decoded(""), "");
}

TEST(Message, RefusesPercentSignsWithoutTwoDigits) {
  for (const std::string wrong : {"%", "%4", "a%4", "%4g", "%-1", "%+1", "% 1", "%00", "%%41"})
    EXPECT_THROW(percent_decoded(wrong), HttpError) << wrong;
}

TEST(Message, FindsHeadersInAnyCase) {
  const Headers headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(header(headers, "Content"), "");
}

TEST(Message, JsonTakesBytesThatAreNoText) {
  EXPECT_EQ(json(422, {{"output", "a\xff"}}).body, "{\"output\":\"a\xEF\xBF\xBD\"}\n");
}

}  // namespace
}  // namespace fakes::http
