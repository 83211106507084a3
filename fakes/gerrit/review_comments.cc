#include "gerrit/review_comments.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/message.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

void check_path(const Change& change, const Revision& revision, const std::string& path) {
  if (path == "/COMMIT_MSG" || path == "/MERGE_LIST" || path == "/PATCHSET_LEVEL" ||
      revision.files.contains(path))
    return;
  throw HttpError(400,
                  fmt::format("file {} not found in revision {},{}", path, change.number, revision.number));
}

Json checked_range(const Input& comment) {
  if (!comment.has("range")) return nullptr;
  const Input range(comment.object("range"));
  const int start_line = range.number("start_line"), end_line = range.number("end_line");
  const int start = range.number("start_character"), end = range.number("end_character");
  if (start_line < 0 || end_line < start_line || start < 0 || end < 0 ||
      (start_line == end_line && start > end))
    throw HttpError(400, fmt::format("Range ({}:{} - {}:{}) is not valid", start_line, start, end_line, end));
  return {
      {"start_line", start_line}, {"start_character", start}, {"end_line", end_line}, {"end_character", end}};
}

/// Prow's tests reply to what was never there.
void check_reply(const Change& change, const std::string& to) {
  if (to.empty() || !change.given.is_null() ||
      std::any_of(change.comments.begin(), change.comments.end(),
                  [&](const Comment& one) { return one.id == to; }))
    return;
  throw HttpError(422, "Invalid parentUuid supplied for comment");
}

/// A reply is as resolved as what it replies to, where it does not say so itself.
bool unresolved(const Change& change, const Input& comment) {
  if (comment.has("unresolved")) return comment.flag("unresolved");
  return std::any_of(change.comments.begin(), change.comments.end(), [&](const Comment& other) {
    return other.id == comment.text("in_reply_to") && other.unresolved;
  });
}

bool is_there(const Change& change, const Comment& comment) {
  return std::any_of(change.comments.begin(), change.comments.end(), [&](const Comment& other) {
    return other.revision == comment.revision && other.path == comment.path && other.line == comment.line &&
           other.range == comment.range && other.side == comment.side && other.text == comment.text;
  });
}

Comment checked(const Change& change, const Revision& revision, const std::string& path, const Input& input) {
  Comment comment{.path = path,
                  .side = input.one_of("side", {"REVISION", "PARENT"}),
                  .text = input.text("message"),
                  .in_reply_to = input.text("in_reply_to"),
                  .revision = revision.number,
                  .line = input.number("line"),
                  .range = checked_range(input),
                  .unresolved = unresolved(change, input)};
  check_reply(change, comment.in_reply_to);
  if (comment.line < 0)
    throw HttpError(400, fmt::format("negative line number {} not allowed on {}", comment.line, path));
  if (comment.line == 0 && !comment.range.is_null()) comment.line = comment.range["end_line"];
  if (path == "/PATCHSET_LEVEL" && (comment.line != 0 || !comment.range.is_null() || !comment.side.empty()))
    throw HttpError(400, "Patchset-level comments can't have side, range, or line");
  return comment;
}

}  // namespace

std::vector<Comment> checked_comments(const Change& change, const Revision& revision, const Input& review,
                                      int author, const std::string& tag) {
  std::vector<Comment> comments;
  for (const auto& [path, inputs] : review.lists("comments")) {
    for (const auto& input : inputs) {
      if (input.text("message").find_first_not_of(" \t\r\n") == std::string::npos) continue;
      check_path(change, revision, path);
      auto comment = checked(change, revision, path, input);
      comment.author = author;
      comment.tag = tag;
      if (!review.flag("omit_duplicate_comments") || !is_there(change, comment)) comments.push_back(comment);
    }
  }
  return comments;
}

}  // namespace fakes::gerrit
