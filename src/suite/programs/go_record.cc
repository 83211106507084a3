#include "suite/programs/go_record.h"

#include <re2/re2.h>

#include <array>
#include <fstream>

#include "base/files.h"
#include "base/text.h"
#include "suite/plain_text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

constexpr char kMark = '\x16';
constexpr size_t kPiece = 1 << 16, kLongestLine = 1 << 20, kRecent = 1 << 13;

/// "    deck_test.go:12: no such thing": the last of these with what follows it.
std::string last_logged(const std::string& output) {
  static const RE2 logged("(?s).*(?:^|\\n)\\s*[^\\s:]+\\.go:[0-9]+: (.*)");
  std::string message;
  if (!RE2::FullMatch(output, logged, &message)) return "";
  std::vector<std::string> lines;
  for (const auto& line : split(plain_text(message), '\n'))
    if (auto text = trim(line); !text.empty()) lines.push_back(std::move(text));
  return join(lines, "\n");
}

class Reader {
 public:
  /// Gives back the piece without its marks.
  std::string take(std::string_view piece) {
    std::string text;
    text.reserve(piece.size());
    for (const char c : piece) {
      if (c == kMark) {
        end_line();  // of a mark whose line was interrupted; one of a test's own
        in_mark_ = true;
        marked_ = true;
      } else {
        text += c;
        in_mark_ ? mark(c) : output(c);
      }
    }
    return text;
  }
  bool marked() const { return marked_; }
  GoRecord end() {
    end_line();
    return std::move(record_);
  }

 private:
  void mark(char c) {
    if (c == '\n')
      end_line();
    else if (line_.size() < kLongestLine)
      line_ += c;
  }
  void output(char c) {
    recent_ += c;
    if (recent_.size() > 2 * kRecent) recent_.erase(0, recent_.size() - kRecent);
  }

  void end_line() {
    if (!in_mark_) return;
    in_mark_ = false;
    static const RE2 begins("=== RUN +(.+)"), ends("--- (PASS|FAIL|SKIP): (.+) \\([0-9.]+s\\)");
    std::string word, name;
    if (RE2::FullMatch(line_, begins, &name))
      begin(name);
    else if (RE2::FullMatch(line_, ends, &word, &name))
      end(name, word == "PASS" ? End::passed : word == "FAIL" ? End::failed : End::skipped);
    line_.clear();
    recent_.clear();
  }

  void begin(const std::string& name) {
    if (record_.ends.emplace(name, End::none).second) record_.order.push_back(name);
  }
  /// A test that ends twice, in two ways, or without a begin is none that Go's testing recorded.
  void end(const std::string& name, End how) {
    const auto found = record_.ends.find(name);
    if (found == record_.ends.end()) return;
    found->second = found->second == End::none || found->second == how ? how : End::failed;
    if (how == End::skipped) record_.skips[name] = last_logged(recent_);
  }

  GoRecord record_;
  std::string line_, recent_;
  bool in_mark_ = false, marked_ = false;
};

}  // namespace

GoRecord take_go_record(const fs::path& log) {
  Reader reader;
  const fs::path clean = log.string() + ".clean";
  {
    std::ifstream in(log, std::ios::binary);
    std::ofstream out(clean, std::ios::binary | std::ios::trunc);
    std::array<char, kPiece> piece;
    while (in.read(piece.data(), piece.size()), in.gcount() > 0)
      out << reader.take({piece.data(), static_cast<size_t>(in.gcount())});
    if (in.is_open() && out.flush()) fs::permissions(clean, fs::status(log).permissions());
    if (!out) reader = {};  // a full disk: the log stays as it is, and proves nothing
  }
  std::error_code failed;
  if (reader.marked())
    fs::rename(clean, log, failed);
  else
    fs::remove(clean, failed);
  return reader.end();
}

}  // namespace harness
