#pragma once

#include <string>
#include <vector>

namespace ci {

/// A line of a comment that asks for something: "/test unit" is {"test", "unit"}.
struct CommentCommand {
  std::string name, argument;
  bool operator==(const CommentCommand&) const = default;
};

/// The commands label, remove-label, kind, remove-kind and test of a comment, each on a line of its own and
/// with its arguments one by one: "/label a b" is two. Other lines are talk.
std::vector<CommentCommand> parse_comment(const std::string& text);

}  // namespace ci
