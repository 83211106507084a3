#include "base/plain_text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace harness {
namespace {

TEST(PlainTextTest, WhatATerminalIsToldIsLeftOut) {
  EXPECT_EQ(plain_text("\x1b[1;31mred\x1b[0m \x1b]0;title\x07text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ "
                       "\x1b(B\x1b[?25l"),
            "red text link ");
  EXPECT_EQ(plain_text("10%\r50%\r\n100%\r"), "10%\n50%\n100%\n");
  EXPECT_EQ(plain_text("\x1b[31"), "?[31");
  EXPECT_EQ(plain_text("\x1b]0;no end\nnext"), "?]0;no end\nnext");
  EXPECT_EQ(plain_text("\x1b"), "?");
  EXPECT_EQ(plain_text("a\x08\x00\xff\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80"), "a?");
  EXPECT_EQ(plain_text(std::string_view("\0\xff\xef\xbf\xbe\xed\xa0\x80.", 9)), "??\?\?\?\?.");
  EXPECT_EQ(one_line(" a\nb\tc \n"), "a b c");
}

TEST(PlainTextTest, AnythingIsXml) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    while (bytes.size() < 300)
      bytes += static_cast<char>(random() % 3 == 0 ? "\x1b[]m;\xef\xbf\xbe\xed\xa0\xf4\x8f"[random() % 13]
                                                   : random());
    const auto text = plain_text(bytes);
    EXPECT_EQ(invalid_utf8(text), std::string::npos);
    for (size_t i = 0; i < text.size(); i += character_at(text, i).bytes)
      EXPECT_TRUE(character_at(text, i).printable || text[i] == '\n' || text[i] == '\t');
  }
}

TEST(PlainTextTest, ColoursStayWhereTheyAreWanted) {
  EXPECT_EQ(coloured_text("\x1b[1;38:5:9mred\x1b[2Kno\x1b]0;t\a\x1b(m\r\n"), "\x1b[1;38:5:9mredno\n\x1b[0m");
  EXPECT_EQ(coloured_text("plain\x1b[2K"), "plain");
}

TEST(PlainTextTest, WhatMovesOnTheScreenIsVisible) {
  EXPECT_EQ(visible("two\n\tlines, \xc3\xbc, \xf0\x9f\x98\x80"), "two\n\tlines, \xc3\xbc, \xf0\x9f\x98\x80");
  EXPECT_EQ(visible("a\x1b[2K\r\a\b\x7f"), R"(a\x1B[2K\x0D\x07\x08\x7F)");
  EXPECT_EQ(visible("\xc2\x9b"
                    "2J \x9b"
                    "2J \xff"),
            R"(\xC2\x9B2J \x9B2J \xFF)")
      << "CSI in one character, or one byte";
  EXPECT_EQ(visible("\u202egnp.\u202c"), R"(\xE2\x80\xAEgnp.\xE2\x80\xAC)");
  for (const auto* one : {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202d",
                          "\u2066", "\u2067", "\u2068", "\u2069"})
    EXPECT_EQ(visible(one).substr(0, 2), "\\x") << visible(one);
  for (const auto* one : {"\u200d", "\u2030", "\u2065", "\u206a", "\u05d0", "\u061d"})
    EXPECT_EQ(visible(one), one);
}

}  // namespace
}  // namespace harness
