#include "base/base64.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Base64Test, ThereAndBack) {
  std::string all;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(base64_decoded(base64_encoded(all)), all);
    all += static_cast<char>(length);
  }
  EXPECT_EQ(base64_encoded("hello world\n"), "aGVsbG8gd29ybGQK");
  EXPECT_EQ(base64_decoded("aGVsbG8g\nd29ybGQK\r\n"), "hello world\n");
}

TEST(Base64Test, WhatIsNone) {
  for (const char* text : {"a", "abc", "hello world", "a===", "=abc", "ab=c", "ab-_", "YWJj YWJj"})
    EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
}

}  // namespace
}  // namespace harness
