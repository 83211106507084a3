// Written by suite/junit.cc; golden, since others read it.
#include <gmock/gmock.h>

#include "base/text.h"
#include "suite/report.h"
#include "support/files.h"
#include "support/golden.h"

namespace harness {
namespace {

using Status = TestResult::Status;
using testing::AnyOf;
using testing::HasSubstr;

const TestProgram kGtest{.path = "build/tests", .name = "tests"};
const TestProgram kCommand{.kind = TestProgram::Kind::command, .path = "true", .name = "Smoke"};

TEST(JunitGoldenTest, EveryKindOfResult) {
  const TempProject project;
  const TestCase passes{&kGtest, "TestDeck", "Passes"}, fails{&kGtest, "TestDeck", "Fails"},
      skips{&kGtest, "TestHook", "Skips"}, late{&kGtest, "TestHook", "WasNotRun"},
      cut{&kGtest, "TestHook", "WasInterrupted"}, smoke{&kCommand, "", "Smoke"};
  expect_golden(
      "junit.xml",
      trim(junit_xml({
          {.test = &passes, .status = Status::passed, .seconds = 0.1234},
          {.test = &fails,
           .status = Status::failed,
           .seconds = 2,
           .reason = "exit code 1",
           .log = project.write("log", "a < b & \"c\"\n]]>\x01\n")},
          {.test = &skips, .status = Status::skipped, .seconds = 0.5},
          {.test = &late},
          {.test = &cut, .reason = "interrupted"},
          {.test = &smoke, .status = Status::failed, .reason = "timed out after 1s", .log = project / "none"},
      })));
}

TEST(JunitBytesTest, WhatIsNoTextIsReplaced) {
  const TempProject project;
  const TestCase test{&kCommand, "", "Smoke"};
  std::string all("\xff\xc3\xed\xa0\x80 \xe4\xbd\xa0 \xc3\xa9");
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const auto xml =
      junit_xml({{.test = &test, .status = Status::failed, .reason = all, .log = project.write("log", all)}});
  EXPECT_EQ(invalid_utf8(xml), std::string::npos);
  for (const char c : xml)
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') << static_cast<int>(c);
  EXPECT_THAT(xml, HasSubstr("????? \xe4\xbd\xa0 \xc3\xa9"));
  // A reference to a control character is no better than the character; tab and line break are none.
  for (size_t at = 0; (at = xml.find("&#", at)) != std::string::npos; ++at)
    EXPECT_THAT(xml.substr(at, 5), AnyOf("&#09;", "&#10;"));
}

TEST(JunitBytesTest, TheEndOfMuchOutputIsKept) {
  const TempProject project;
  const TestCase test{&kCommand, "", "Smoke"};
  std::string much;
  while (much.size() < 300'000) much += "\xe4\xbd\xa0";
  const auto xml =
      junit_xml({{.test = &test, .status = Status::failed, .log = project.write("log", much + " the end")}});
  EXPECT_LT(xml.size(), 110'000u);
  EXPECT_THAT(xml, HasSubstr("... (cut)"));
  EXPECT_THAT(xml, HasSubstr(" the end"));
  EXPECT_EQ(invalid_utf8(xml), std::string::npos);  // the cut may fall into a character
}

}  // namespace
}  // namespace harness
