#include "gerrit/timestamp.h"

#include <gtest/gtest.h>

namespace fakes::gerrit {
namespace {

TEST(TimestampTest, IsWrittenAndReadBack) {
  for (const std::string text :
       {"2022-05-19 12:34:56.000000000", "1969-12-31 23:59:59.999999000", "2024-02-29 00:00:00.000001000"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_time(*time), text);
  }
}

TEST(TimestampTest, PartsMayBeMissing) {
  EXPECT_EQ(format_time(parse_time("2022-05-19").value()), "2022-05-19 00:00:00.000000000");
  EXPECT_EQ(format_time(parse_time("2022-05-19 12:34:56").value()), "2022-05-19 12:34:56.000000000");
  EXPECT_EQ(format_time(parse_time("2022-05-19 12:34:56.7").value()), "2022-05-19 12:34:56.700000000");
}

TEST(TimestampTest, AnythingElseIsNone) {
  for (const char* text : {"", "2022", "2022-5-19", "2022-05-32", "2023-02-29", "2022-13-01", "2022-05-19 ",
                           "2022-05-19 12:34", "2022-05-19 24:00:00", "2022-05-19 12:60:00",
                           "2022-05-19T12:34:56", "2022-05-19 12:34:56.", "2022-05-19 12:34:56.0000000000",
                           "2022-05-19 12:34:56.x", "2022-05-19 12:34:56 ", "-022-05-19", "2022-05-+9"})
    EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace fakes::gerrit
