#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fakes::gerrit {

/// A query (user-search.html) as a tree.
struct QueryNode {
  enum Kind { kAnd, kOr, kNot, kTerm } kind = kTerm;
  std::string field;  ///< of a term: "" for a bare word
  std::string value;
  std::vector<QueryNode> children;
};

/// Terms stand beside each other (AND), `OR` between them binds less, `-` or `NOT` before one turns it round,
/// parentheses group. A value may stand in "..." or {...}. Throws HttpError (400) saying where it cannot go
/// on.
QueryNode parse_query(std::string_view text);

}  // namespace fakes::gerrit
