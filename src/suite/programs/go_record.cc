#include "suite/programs/go_record.h"

#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

constexpr char kMark = '\x16';
constexpr size_t kPiece = 1 << 16, kLongestLine = 1 << 20, kRecent = 1 << 13;

std::string reason_without_end(const GoRecord& record, const std::string& test) {
  for (auto sub = record.ends.lower_bound(test + "/");
       sub != record.ends.end() && sub->first.starts_with(test + "/"); ++sub)
    if (sub->second == End::none) return "its sub-test " + sub->first + " began and did not end";
  return "";
}

}  // namespace

std::string last_logged(const std::string& output) {
  static const RE2 logged("(?s).*(?:^|\\n)\\s*[^\\s:]+\\.go:[0-9]+: (.*)");
  std::string message;
  if (!RE2::FullMatch(output, logged, &message)) return "";
  std::vector<std::string> lines;
  for (const auto& line : split(plain_text(message), '\n'))
    if (auto text = trim(line); !text.empty()) lines.push_back(std::move(text));
  return join(lines, "\n");
}

void GoMarks::take(std::string_view piece) {
  while (!piece.empty()) {
    if (piece.front() == kMark) {
      end_line();  // of a mark whose line was interrupted; one of a test's own
      in_mark_ = any_ = true;
      piece.remove_prefix(1);
      continue;
    }
    auto end = piece.find(kMark);
    if (in_mark_) end = std::min(end, piece.find('\n') == piece.npos ? piece.npos : piece.find('\n') + 1);
    const auto part = piece.substr(0, end);
    text(part, in_mark_);
    if (in_mark_) {
      line_ += part.substr(0, kLongestLine - std::min(kLongestLine, line_.size()));
      if (part.back() == '\n') end_line();
    }
    piece.remove_prefix(part.size());
  }
}

void GoMarks::finish() { end_line(); }

void GoMarks::end_line() {
  if (!in_mark_) return;
  in_mark_ = false;
  static const RE2 says("=== (RUN|NAME|CONT|PAUSE) *(.*)"),
      ends("--- (PASS|FAIL|SKIP): (.+) \\(([0-9.]+)s\\)");
  const auto line = std::exchange(line_, {});
  const std::string whole = line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
  std::string word, name, seconds;
  if (RE2::FullMatch(whole, says, &word, &name)) {
    if (word == "RUN") began(name);
    word == "PAUSE" ? waits(name) : speaks(name);
  } else if (RE2::FullMatch(whole, ends, &word, &name, &seconds)) {
    ended(name,
          word == "PASS"   ? End::passed
          : word == "FAIL" ? End::failed
                           : End::skipped,
          std::atof(seconds.c_str()));
  }
}

void GoRecorder::began(const std::string& name) {
  recent_.clear();
  if (record.ends.emplace(name, End::none).second) record.order.push_back(name);
}

/// A test that ends twice, in two ways, or without a begin is none that Go's testing recorded.
void GoRecorder::ended(const std::string& name, End how, double) {
  const auto found = record.ends.find(name);
  const auto said = last_logged(std::exchange(recent_, {}));
  if (found == record.ends.end()) return;
  found->second = found->second == End::none || found->second == how ? how : End::failed;
  if (how == End::skipped) record.skips[name] = said;
}

void GoRecorder::text(std::string_view piece, bool of_mark) {
  clean += piece;
  if (of_mark) return;
  recent_ += piece;
  if (recent_.size() > 2 * kRecent) recent_.erase(0, recent_.size() - kRecent);
}

/// A test is as well as the worst of its sub-tests: what says otherwise is not of Go's testing.
Record::Entry entry_of(const std::string& name, const GoRecord& record) {
  Record::Entry entry{.id = name, .end = record.ends.at(name)};
  for (auto sub = record.ends.lower_bound(name + "/");
       sub != record.ends.end() && sub->first.starts_with(name + "/"); ++sub)
    if (sub->second == End::failed) entry.end = End::failed;
  if (entry.end == End::passed || entry.end == End::none) {
    entry.reason = reason_without_end(record, name);
    if (!entry.reason.empty()) entry.end = End::none;
  }
  if (const auto skip = record.skips.find(name); entry.end == End::skipped && skip != record.skips.end())
    entry.reason = skip->second;
  return entry;
}

GoRecord take_go_record(const fs::path& log) {
  GoRecorder reader;
  const fs::path clean = log.string() + ".clean";
  bool whole = false;
  {
    std::ifstream in(log, std::ios::binary);
    std::ofstream out(clean, std::ios::binary | std::ios::trunc);
    std::array<char, kPiece> piece;
    while (in.read(piece.data(), piece.size()), in.gcount() > 0) {
      reader.take({piece.data(), static_cast<size_t>(in.gcount())});
      out << std::exchange(reader.clean, {});
    }
    reader.finish();
    if (in.is_open() && out.flush()) fs::permissions(clean, fs::status(log).permissions());
    whole = out.good();
  }
  std::error_code failed;
  if (!whole) reader.record = {};  // a full disk: the log stays as it is, and proves nothing
  if (reader.any() && whole)
    fs::rename(clean, log, failed);
  else
    fs::remove(clean, failed);
  return std::move(reader.record);
}

}  // namespace harness
