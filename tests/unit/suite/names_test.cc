// suite/names.cc: whatever the bytes are, the text is one line, XML and JSON; different bytes are different
// texts.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>
#include <set>

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/names.h"

namespace harness {
namespace {

TEST(ShownNameTest, WhatIsNoPrintableTextIsEscaped) {
  EXPECT_EQ(shown_name("Shows/0"), "Shows/0");
  EXPECT_EQ(shown_name("a b\tc\n"), "a b\\x09c\\x0A");
  EXPECT_EQ(shown_name(" a "), "\\x20a\\x20");
  EXPECT_EQ(shown_name("a [BETA]"), "a\\x20[BETA]") << "labels would look so";
  EXPECT_EQ(shown_name("a [b] [BETA] [SLOW-1]"), "a [b]\\x20[BETA]\\x20[SLOW-1]");
  EXPECT_EQ(shown_name("[sig-net] DNS [Slow] works [x"), "[sig-net] DNS [Slow] works [x");
  EXPECT_EQ(shown_name("\x1b[31m\xff\xef\xbf\xbf\xed\xa0\x80"),
            "\\x1B[31m\\xFF\\xEF\\xBF\\xBF\\xED\\xA0\\x80");
  EXPECT_EQ(shown_name("\xc3\xa9\xf0\x9f\x98\x80\xc2\x9b"), "\xc3\xa9\xf0\x9f\x98\x80\\xC2\\x9B");
  EXPECT_EQ(shown_name("a\u202eb\u2069"), "a\\xE2\\x80\\xAEb\\xE2\\x81\\xA9") << "reads from right to left";
  EXPECT_EQ(shown_name("\\x1B \\x1b \\n"), "\\x5Cx1B \\x1b \\n");
  EXPECT_EQ(shown_name(std::string_view("a\0b", 3)), "a\\x00b");
}

/// Short names of characters that have a meaning somewhere.
std::string any_name(std::mt19937& random) {
  static const std::string letters("ab/.-_~:*? [\\x1BA0~\n\x1b\xff\xc3\xa9\xef\xbf\xbe", 28);
  std::string name;
  for (size_t length = 1 + random() % 6; length > 0; --length) name += letters[random() % letters.size()];
  return name;
}

TEST(NamesTest, DifferentNamesAreDifferentEverywhere) {
  std::mt19937 random(7);
  std::set<std::string> names{"A/attempt-2", "A",   "A.attempt-2", "a",    "attempt-2",
                              "A/b",         "A.b", "A//b",        "A/b/", "/A/b"};
  while (names.size() < 50'000) names.insert(any_name(random));
  std::set<std::string> shown, files;
  for (const auto& name : names) {
    const auto text = shown_name(name);
    EXPECT_TRUE(shown.insert(text).second) << text;
    const auto file = file_name_for(text);
    EXPECT_TRUE(files.insert(file).second) << file;
    EXPECT_EQ(invalid_utf8(text), std::string::npos);
    EXPECT_EQ(file.find('/'), std::string::npos);
    EXPECT_EQ(plain_text(text), text);
    EXPECT_NE(file.front(), '.');
    EXPECT_NE(file.front(), '-');
  }
  for (const auto& file : files)
    EXPECT_FALSE(files.contains(file + ".attempt-2")) << "a later attempt of another test";
}

TEST(FileNameTest, CanBeReadAndIsShort) {
  EXPECT_EQ(file_name_for("TestDeck/ShowsJobs"), "TestDeck.ShowsJobs");
  EXPECT_EQ(file_name_for("tests/test_deck.py/test_shows").substr(0, 30), "tests.test_deck.py.test_shows~");
  const std::string much(1000, 'x');
  EXPECT_NE(file_name_for(much), file_name_for(much + "y"));
  std::string wide;
  while (wide.size() < 5000) wide += "\xe4\xbd\xa0";
  for (const auto& name : {much, wide, std::string(300, '/'), std::string(159, 'a') + wide}) {
    EXPECT_LE(file_name_for(name).size() + std::string(".attempt-1000000.log.d").size(), 255u);
    EXPECT_EQ(invalid_utf8(file_name_for(name)), std::string::npos);
  }
}

}  // namespace
}  // namespace harness
