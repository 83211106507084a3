#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/query.h"

namespace fakes::http {

/// The names that a route gives a meaning to, written as words: `name` a field of the body, `config.url` one
/// of an object in it, `files[].path` one of the objects of a list, `[].id` one of the objects of a body that
/// is a list, `comments.{}[].line` one below a key that may be any, `?page` a parameter of the query, `+diff`
/// a form of the answer that a client may ask for. Of the fake's own names `notes=false` is a field of which
/// it has that value alone, since it asks for nothing.
///
///   const Names names("title body ?page +diff");
struct Names {
  Names() = default;
  explicit Names(std::string_view words);
  std::set<std::string, std::less<>> fields, queries, forms;
};

/// A route of a real service.
struct RealRoute {
  std::string method, pattern;  ///< as in Router
  Names names;
  bool is_named = true;  ///< false where the catalogue leaves its names out
};

/// What a real service has, one route a line: "PATCH /repos/{owner}/{repo} name description ?page". Instead
/// of {name} there may be *, of {name...} **. "~ GET,PUT /far" are two whose names are left out. Lines that
/// begin with # are comments. Throws std::invalid_argument at a line that is none.
std::vector<RealRoute> read_catalogue(std::string_view text);

/// The fields that occur in `body`, in the notation of Names.
std::set<std::string> fields_of(const nlohmann::json& body);

/// The same route, whatever its parameters are called and however many segments they may have: GET /a/{b} and
/// GET /a/{c...}.
std::string shape_of(const std::string& method, const std::string& pattern);

/// Throws NotImplemented where `body` or `query` says what `real` has and `ours` has not. What neither has
/// means nothing to the real service: it is ignored here too. An absent field's own fields are not named
/// beside it; `permissions.*` of `ours` is every field of that object.
void require_ours(const Names& real, const Names& ours, const nlohmann::json& body, const Query& query);

}  // namespace fakes::http
