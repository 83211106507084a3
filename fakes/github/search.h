#pragma once

#include "github/call.h"

namespace fakes::github {

/// One term of a search: `label:bug`, `-label:"help wanted"`, a word (without a name).
struct SearchTerm {
  std::string name, value;
  bool negated = false;
};

/// The terms of a query. Throws http::NotImplemented where it has OR, AND, NOT or parentheses.
std::vector<SearchTerm> search_terms(const std::string& query);

/// Throws http::NotImplemented where the qualifier, or its value, is none that the fake knows; ApiError (422)
/// where a value is none.
void check_term(const SearchTerm& term);

/// Whether its text or a comment has @login.
bool mentions(const Issue& issue, const std::string& login);
/// Whether the words of `part` stand beside each other in `text`, whole and in whatever case.
bool has_words(const std::string& text, const std::string& part);

/// Whether an issue or pull request has what a checked term says, whether or not it is negated.
bool fits(const SearchTerm& term, const Call& call, const Repository& repository, const Issue& issue);

}  // namespace fakes::github
