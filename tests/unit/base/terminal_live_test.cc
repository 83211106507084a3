// base/terminal.cc on a terminal: the block at the bottom of the screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <list>
#include <sstream>

#include "base/terminal.h"
#include "base/text.h"
#include "support/captured.h"
#include "support/environment.h"

namespace harness {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

/// As much of a terminal as the harness uses: lines, carriage returns, "N up", "erase below", colours.
class Screen {
 public:
  explicit Screen(size_t columns) : columns_(columns) {}

  void feed(const std::string& text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r') {
        column_ = 0;
      } else if (text[i] == '\n') {
        ++row_;
        keep_row();
      } else if (text[i] == '\x1b') {
        const auto end = text.find_first_of("AJm", i);
        const std::string number = text.substr(i + 2, end - i - 2);
        if (text[end] == 'A') row_ -= std::min(row_, static_cast<size_t>(std::stoi(number)));
        if (text[end] == 'J') rows_.resize(row_ + 1), rows_[row_].resize(column_);
        i = end;
      } else {
        keep_row();
        rows_[row_].resize(std::max(rows_[row_].size(), column_));
        rows_[row_].replace(column_, 1, 1, text[i]);
        if (++column_ >= columns_) wrapped_ = true;
      }
    }
  }
  /// What a person sees, without empty rows at the end.
  std::vector<std::string> rows() const {
    auto shown = rows_;
    while (!shown.empty() && shown.back().empty()) shown.pop_back();
    return shown;
  }
  bool wrapped() const { return wrapped_; }  ///< a row filled the last column

 private:
  void keep_row() { rows_.resize(std::max(rows_.size(), row_ + 1)); }
  size_t columns_, row_ = 0, column_ = 0;
  bool wrapped_ = false;
  std::vector<std::string> rows_{1};
};

Screen screen_of(const std::string& text, size_t columns = 200) {
  Screen screen(columns);
  screen.feed(text);
  return screen;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// Runs `work` with a terminal on which `wanted` drawings of "running" have been seen before work's second
/// part.
std::string drawn(unsigned short rows, unsigned short columns, const std::string& wanted, size_t times,
                  const std::function<void(Terminal&, std::latch&)>& work) {
  std::latch seen(1);
  bool counted = false;
  return captured_on_terminal(
      rows, columns,
      [&] {
        Terminal terminal({});
        work(terminal, seen);
      },
      [&](const std::string& so_far) {
        if (!counted && count(so_far, wanted) >= times) {
          counted = true;
          seen.count_down();
        }
      });
}

TEST(TerminalLiveTest, TheBlockIsRedrawnInPlaceAndRemoved) {
  std::string before_end;
  const auto text = drawn(24, 80, "TestDeck", 3, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("test", "TestDeck");
    task.note("waiting");
    seen.wait();
  });
  EXPECT_GE(count(text, "test      TestDeck"), 3u);
  EXPECT_THAT(screen_of(text).rows(), IsEmpty());
  // Cut before the last erase, one row is on the screen, however often it was drawn.
  const auto live = screen_of(text.substr(0, text.rfind("\r\x1b[")));
  ASSERT_EQ(live.rows().size(), 1u);
  EXPECT_THAT(live.rows()[0], MatchesRegex("test      TestDeck  [0-9.]+s  waiting"));
}

TEST(TerminalLiveTest, LinesArePrintedAboveTheBlock) {
  const auto text = drawn(24, 80, "image     deck", 1, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("image", "deck");
    seen.wait();
    terminal.info("first");
    terminal.info("second");
  });
  EXPECT_THAT(screen_of(text).rows(), ElementsAre("first", "second"));
  const auto live = screen_of(text.substr(0, text.rfind("\r\x1b["))).rows();
  ASSERT_EQ(live.size(), 3u);
  EXPECT_THAT(live[2], HasSubstr("image     deck"));
}

TEST(TerminalLiveTest, ATaskThatEndsLeavesItsLine) {
  const auto text = drawn(24, 80, "image     deck", 1, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("image", "deck");
    seen.wait();
    task.done("sha256:abc");
  });
  const auto rows = screen_of(text).rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows[0], MatchesRegex("image     deck  [0-9.]+s  sha256:abc"));
}

TEST(TerminalLiveTest, RowsAreNeverWiderThanTheWindow) {
  const auto text = drawn(24, 40, "test      ", 3, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("test", std::string(100, 'n'));
    task.note(std::string(100, 'm'));
    seen.wait();
  });
  Screen screen(40);
  screen.feed(text);
  EXPECT_FALSE(screen.wrapped());
  EXPECT_THAT(screen.rows(), IsEmpty());
}

TEST(TerminalLiveTest, ANameMovesNothing) {
  const auto text = drawn(24, 30, "test      ", 3, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("test", "a\x1b[5A\x1b[J\rb\n\u202e\t");
    task.note(std::string(21, 'm') + "\xc3\xbc");
    seen.wait();
  });
  const auto live = screen_of(text.substr(0, text.rfind("\r\x1b["))).rows();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0], R"(test      a\x1B[5A\x1B[J\x0Db)");
  EXPECT_THAT(screen_of(text).rows(), IsEmpty());
}

TEST(TerminalLiveTest, ARowEndsWithAWholeCharacter) {
  const auto text = drawn(24, 12, "test      ", 3, [](Terminal& terminal, std::latch& seen) {
    auto task = terminal.start("test", "\u00fc\u00fc");
    seen.wait();
  });
  EXPECT_EQ(text.find("test      \xc3\r"), std::string::npos);
}

TEST(TerminalLiveTest, MoreTasksThanRowsAreCounted) {
  const auto text = drawn(8, 80, "and 5 more", 2, [](Terminal& terminal, std::latch& seen) {
    std::list<Terminal::Task> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(terminal.start("test", "T" + std::to_string(i)));
    seen.wait();
  });
  const auto end = text.rfind("and 5 more");
  const auto rows = screen_of(text.substr(0, end + 10)).rows();
  EXPECT_EQ(rows.size(), 6u);  // height - 2
  EXPECT_THAT(screen_of(text).rows(), IsEmpty());
}

TEST(TerminalLiveTest, ErrorsAreRedUnlessColoursAreUnwanted) {
  EXPECT_EQ(captured_on_terminal(24, 80, [] { Terminal({}).error("error: no"); }),
            "\x1b[31merror:\x1b[0m no\r\n");
  const ScopedVariable no_color("NO_COLOR", "1");
  EXPECT_EQ(captured_on_terminal(24, 80, [] { Terminal({}).error("error: no"); }), "error: no\r\n");
}

}  // namespace
}  // namespace harness
