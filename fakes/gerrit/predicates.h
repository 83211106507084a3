#pragma once

#include <functional>
#include <optional>

#include "gerrit/query_parser.h"
#include "gerrit/state.h"

namespace fakes::gerrit {

using Predicate = std::function<bool(const Change&)>;

/// A query that can be asked of changes.
struct CompiledQuery {
  Predicate matches;
  std::optional<int> limit;  ///< from `limit:`
};

/// What of a query holds in `state`, for `caller`; both must outlive the result. Throws HttpError: 400 at an
/// operator or a value that is none, 403 where `self` is nobody.
CompiledQuery compile(const QueryNode& query, const State& state, std::optional<int> caller);

/// `label:` takes "Code-Review+2", "Code-Review=2", "Code-Review>=1", "Code-Review=MAX", "Code-Review=ok",
/// each also with
/// ",NAME", ",user=NAME" or ",owner" behind it.
Predicate label_predicate(const std::string& value, const State& state, std::optional<int> caller);

/// A name that is compared as it is, or, where it begins with ^, a regular expression for all of it. Throws
/// HttpError (400).
std::function<bool(const std::string&)> name_pattern(const std::string& pattern);

}  // namespace fakes::gerrit
