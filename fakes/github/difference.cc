#include "github/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "github/lines.h"

namespace fakes::github {

namespace {

constexpr int kAround = 3;

struct Hunk {
  int old_begin, old_size, new_begin, new_size;
  std::string text;
};

std::string marked(char mark, const std::string& line) {
  return mark + line + (line.ends_with('\n') ? "" : "\n\\ No newline at end of file\n");
}

std::string head_of(int begin, int size) {
  if (size == 0) --begin;
  return size == 1 ? std::to_string(begin + 1) : fmt::format("{},{}", begin + 1, size);
}

}  // namespace

std::set<std::pair<std::string, int>> commentable_lines(const std::string& hunks) {
  std::set<std::pair<std::string, int>> found;
  int left = 0, right = 0;
  for (const auto& line : lines_of(hunks)) {
    if (line.starts_with("@@")) {
      std::sscanf(line.c_str(), "@@ -%d", &left);
      std::sscanf(line.c_str() + std::min(line.size(), line.find('+')), "+%d", &right);
      continue;
    }
    if (line.starts_with(' ') || line.starts_with('-')) found.emplace("LEFT", left++);
    if (line.starts_with(' ') || line.starts_with('+')) found.emplace("RIGHT", right++);
  }
  return found;
}

bool is_binary(const std::string& content) { return content.substr(0, 8000).find('\0') != std::string::npos; }

TextDiff text_diff(const std::string& before, const std::string& after) {
  const auto a = lines_of(before), b = lines_of(after);
  const auto changes = line_changes(a, b);
  TextDiff diff;
  for (size_t first = 0; first < changes.size();) {
    size_t last = first;  // of this hunk: what lies close belongs together
    while (last + 1 < changes.size() && changes[last + 1].old_begin - changes[last].old_end <= 2 * kAround)
      ++last;
    const int begin = std::max(0, changes[first].old_begin - kAround),
              end = std::min(static_cast<int>(a.size()), changes[last].old_end + kAround);
    const int shift = changes[first].new_begin - changes[first].old_begin;
    std::string text;
    int at = begin, new_size = end - begin;
    for (size_t i = first; i <= last; ++i) {
      const auto& change = changes[i];
      for (; at < change.old_begin; ++at) text += marked(' ', a[static_cast<size_t>(at)]);
      for (; at < change.old_end; ++at) text += marked('-', a[static_cast<size_t>(at)]);
      for (int n = change.new_begin; n < change.new_end; ++n) text += marked('+', b[static_cast<size_t>(n)]);
      diff.deletions += change.old_end - change.old_begin;
      diff.additions += change.new_end - change.new_begin;
      new_size += (change.new_end - change.new_begin) - (change.old_end - change.old_begin);
    }
    for (; at < end; ++at) text += marked(' ', a[static_cast<size_t>(at)]);
    diff.hunks +=
        fmt::format("@@ -{} +{} @@\n", head_of(begin, end - begin), head_of(begin + shift, new_size)) + text;
    first = last + 1;
  }
  return diff;
}

namespace {

const std::string& blob_of(const Objects& objects, const TreeEntry& entry) {
  static const std::string kNone;
  const auto found = objects.blobs.find(entry.sha);
  return found == objects.blobs.end() ? kNone : found->second;  // a submodule has none
}

Json changed_file(const Objects& objects, const std::string& name, const char* status,
                  const TreeEntry* before, const TreeEntry* after) {
  const std::string old_text = before ? blob_of(objects, *before) : "",
                    new_text = after ? blob_of(objects, *after) : "";
  Json json{{"filename", name},
            {"status", status},
            {"sha", after ? after->sha : before->sha},
            {"additions", 0},
            {"deletions", 0}};
  if (is_binary(old_text) || is_binary(new_text)) return json;
  auto diff = text_diff(old_text, new_text);
  json["additions"] = diff.additions;
  json["deletions"] = diff.deletions;
  if (diff.hunks.ends_with('\n')) diff.hunks.pop_back();
  if (!diff.hunks.empty()) json["patch"] = diff.hunks;
  return json;
}

}  // namespace

Json changed_files(const Objects& objects, const Files& before, const Files& after) {
  std::map<std::string, Json> changed;
  std::multimap<std::string, std::string> gone;  // a content's id to the names that it had
  for (const auto& [name, entry] : before)
    if (!after.contains(name)) gone.emplace(entry.sha, name);
  for (const auto& [name, entry] : after) {
    const auto old = before.find(name);
    if (old != before.end()) {
      if (!(old->second == entry))
        changed[name] = changed_file(objects, name, "modified", &old->second, &entry);
    } else if (const auto from = gone.find(entry.sha); from != gone.end()) {
      changed[name] = {{"filename", name}, {"status", "renamed"}, {"sha", entry.sha},
                       {"additions", 0},   {"deletions", 0},      {"previous_filename", from->second}};
      gone.erase(from);
    } else {
      changed[name] = changed_file(objects, name, "added", nullptr, &entry);
    }
  }
  for (const auto& [sha, name] : gone)
    changed[name] = changed_file(objects, name, "removed", &before.at(name), nullptr);
  Json list = Json::array();
  for (auto& [name, json] : changed) list.push_back(std::move(json));
  return list;
}

}  // namespace fakes::github
