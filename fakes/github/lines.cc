#include "github/lines.h"

#include <algorithm>

namespace fakes::github {

namespace {

constexpr size_t kTable = 4'000'000;  ///< cells: more than that are not compared

/// Of the middle, by the longest common subsequence.
void compare(const std::vector<std::string>& a, const std::vector<std::string>& b, int a0, int a1, int b0,
             int b1, std::vector<LineChange>& changes) {
  const auto n = static_cast<size_t>(a1 - a0), m = static_cast<size_t>(b1 - b0);
  if (n == 0 && m == 0) return;
  if (n == 0 || m == 0 || (n + 1) * (m + 1) > kTable) {
    changes.push_back({a0, a1, b0, b1});
    return;
  }
  std::vector<int> table((n + 1) * (m + 1), 0);
  const auto cell = [&](size_t i, size_t j) -> int& { return table[i * (m + 1) + j]; };
  const auto same = [&](size_t i, size_t j) {
    return a[static_cast<size_t>(a0) + i] == b[static_cast<size_t>(b0) + j];
  };
  for (size_t i = n; i-- > 0;)
    for (size_t j = m; j-- > 0;)
      cell(i, j) = same(i, j) ? cell(i + 1, j + 1) + 1 : std::max(cell(i + 1, j), cell(i, j + 1));
  for (size_t i = 0, j = 0; i < n || j < m;) {
    if (i < n && j < m && same(i, j)) {
      ++i, ++j;
      continue;
    }
    LineChange change{a0 + static_cast<int>(i), 0, b0 + static_cast<int>(j), 0};
    while ((i < n || j < m) && !(i < n && j < m && same(i, j))) {
      if (j == m || (i < n && cell(i + 1, j) >= cell(i, j + 1)))
        ++i;
      else
        ++j;
    }
    change.old_end = a0 + static_cast<int>(i);
    change.new_end = b0 + static_cast<int>(j);
    changes.push_back(change);
  }
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    const size_t next = end == std::string::npos ? text.size() : end + 1;
    lines.push_back(text.substr(begin, next - begin));
    begin = next;
  }
  return lines;
}

std::vector<LineChange> line_changes(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  int begin = 0, a1 = static_cast<int>(a.size()), b1 = static_cast<int>(b.size());
  while (begin < std::min(a1, b1) && a[static_cast<size_t>(begin)] == b[static_cast<size_t>(begin)]) ++begin;
  while (a1 > begin && b1 > begin && a[static_cast<size_t>(a1 - 1)] == b[static_cast<size_t>(b1 - 1)])
    --a1, --b1;
  std::vector<LineChange> changes;
  compare(a, b, begin, a1, begin, b1, changes);
  return changes;
}

std::optional<std::string> merged_text(const std::string& base, const std::string& ours,
                                       const std::string& theirs) {
  const auto lines = lines_of(base), our_lines = lines_of(ours), their_lines = lines_of(theirs);
  const auto mine = line_changes(lines, our_lines), its = line_changes(lines, their_lines);
  std::string merged;
  int at = 0;
  const auto text = [](const std::vector<std::string>& from, int begin, int end) {
    std::string all;
    for (int i = begin; i < end; ++i) all += from[static_cast<size_t>(i)];
    return all;
  };
  for (size_t m = 0, t = 0; m < mine.size() || t < its.size();) {
    const LineChange* a = m < mine.size() ? &mine[m] : nullptr;
    const LineChange* b = t < its.size() ? &its[t] : nullptr;
    const bool touch = a && b && a->old_begin <= b->old_end && b->old_begin <= a->old_end;
    if (touch && (a->old_begin != b->old_begin || a->old_end != b->old_end ||
                  text(our_lines, a->new_begin, a->new_end) != text(their_lines, b->new_begin, b->new_end)))
      return {};
    const bool take_ours = a && (!b || touch || a->old_begin < b->old_begin);
    const LineChange& change = take_ours ? *a : *b;
    merged += text(lines, at, change.old_begin) +
              text(take_ours ? our_lines : their_lines, change.new_begin, change.new_end);
    at = change.old_end;
    if (touch || take_ours) ++m;
    if (touch || !take_ours) ++t;
  }
  return merged + text(lines, at, static_cast<int>(lines.size()));
}

}  // namespace fakes::github
