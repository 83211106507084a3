#include "gerrit/file_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "gerrit/entities.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

namespace {

struct Side {
  std::string path;
  std::optional<Store::File> file;
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool is_binary(const std::optional<Store::File>& file) {
  return file && file->content.substr(0, 8000).find('\0') != std::string::npos;
}

Json part(const std::vector<std::string>& lines, int begin, int count) {
  Json list = Json::array();
  for (int i = begin; i < begin + count; ++i) list.push_back(lines.at(static_cast<size_t>(i)));
  return list;
}

/// Lines that both have, between what differs; far from that they are only counted.
void add_common(Json& content, const std::vector<std::string>& lines, int begin, int end, int context,
                bool first, bool last) {
  const int count = end - begin;
  if (count == 0) return;
  const int before = first ? 0 : context, after = last ? 0 : context;
  if (context < 0 || before + after >= count) {
    content.push_back({{"ab", part(lines, begin, count)}});
    return;
  }
  if (before > 0) content.push_back({{"ab", part(lines, begin, before)}});
  content.push_back({{"skip", count - before - after}});
  if (after > 0) content.push_back({{"ab", part(lines, end - after, after)}});
}

Json content_of(const Side& from, const Side& to, int context) {
  Json content = Json::array();
  const auto hunks = Store::hunks(from.file ? from.file->content : "", to.file ? to.file->content : "");
  int old_at = 0;
  for (size_t i = 0; i < hunks.size(); ++i) {
    const auto& hunk = hunks[i];
    add_common(content, from.lines, old_at, hunk.old_begin, context, i == 0, false);
    Json piece = Json::object();
    if (hunk.old_count > 0) piece["a"] = part(from.lines, hunk.old_begin, hunk.old_count);
    if (hunk.new_count > 0) piece["b"] = part(to.lines, hunk.new_begin, hunk.new_count);
    content.push_back(piece);
    old_at = hunk.old_begin + hunk.old_count;
  }
  add_common(content, from.lines, old_at, static_cast<int>(from.lines.size()), context, hunks.empty(), true);
  return content;
}

Json meta(const Side& side, const char* type) {
  return {{"name", side.path}, {"content_type", type}, {"lines", side.lines.size()}};
}

Json diff_info(const Side& from, const Side& to, const std::string& change, int context, const char* type) {
  Json info{{"change_type", change}};
  if (from.file) info["meta_a"] = meta(from, type);
  if (to.file) info["meta_b"] = meta(to, type);
  if (is_binary(from.file) || is_binary(to.file)) {
    info["binary"] = true;
    info["content"] = Json::array();
    return info;
  }
  info["content"] = content_of(from, to, context);
  return info;
}

}  // namespace

Json file_diff(const Store& store, const std::string& from_tree, const std::string& to_tree,
               const std::string& path, int context) {
  Side from{.path = path, .file = store.file(from_tree, path), .lines = {}};
  Side to{.path = path, .file = store.file(to_tree, path), .lines = {}};
  std::string change = !from.file ? "ADDED" : !to.file ? "DELETED" : "MODIFIED";
  const auto files = store.files(from_tree, to_tree);
  if (const auto found = files.find(path); found != files.end() && found->second.value("status", "") == "R") {
    change = "RENAMED";
    from.path = found->second["old_path"];
    from.file = store.file(from_tree, from.path);
  }
  if (!from.file && !to.file) return nullptr;
  if (from.file) from.lines = lines_of(from.file->content);
  if (to.file) to.lines = lines_of(to.file->content);
  auto info = diff_info(from, to, change, context, "text/plain");
  const auto text = store.patch(from_tree, to_tree, change == "RENAMED" ? "" : path);
  Json head = Json::array();
  bool mine = false;
  for (const auto& line : lines_of(text)) {
    if (line.starts_with("diff --git ")) mine = line.ends_with(" b/" + path);
    if (!mine) continue;
    if (line.starts_with("@@ ") || line.starts_with("Binary files ")) break;
    head.push_back(line);
  }
  info["diff_header"] = head;
  return info;
}

Json message_diff(const std::string& from, const std::string& to, int context) {
  Side a{.path = "/COMMIT_MSG", .file = {}, .lines = lines_of(from)},
      b{.path = "/COMMIT_MSG", .file = Store::File{.content = to}, .lines = lines_of(to)};
  if (!from.empty()) a.file = Store::File{.content = from};
  return diff_info(a, b, from.empty() ? "ADDED" : "MODIFIED", context, "text/x-gerrit-commit-message");
}

void refuse_whitespace(const std::string& value) {
  for (const char* known : {"IGNORE_ALL", "IGNORE_LEADING_AND_TRAILING", "IGNORE_TRAILING"})
    if (value == known) throw http::NotImplemented("?whitespace=" + value);
  throw http::HttpError(400, fmt::format("\"{}\" is not a valid value for \"--whitespace\"", value));
}

}  // namespace fakes::gerrit
