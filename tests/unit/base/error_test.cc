#include "base/error.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ErrorTest, AZeroByteDoesNotEndTheMessage) {
  EXPECT_STREQ(Error(std::string("no such name: a\0b", 17), {.exit_code = kUsage}).what(),
               "no such name: a\\0b");
}

}  // namespace
}  // namespace harness
