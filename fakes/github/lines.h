#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fakes::github {

/// With their ends; the last one may have none.
std::vector<std::string> lines_of(const std::string& text);

/// Lines of `a` that became lines of `b`: [old_begin, old_end) and [new_begin, new_end), counted from 0.
struct LineChange {
  int old_begin, old_end, new_begin, new_end;
};
/// In their order, as few lines as there can be; of very long texts that differ much, more than that.
std::vector<LineChange> line_changes(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// What two changes of one text come to. Nothing where they touch each other and are not the same.
std::optional<std::string> merged_text(const std::string& base, const std::string& ours,
                                       const std::string& theirs);

}  // namespace fakes::github
