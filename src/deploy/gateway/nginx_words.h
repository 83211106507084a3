#pragma once

#include <string>

namespace harness {

/// As a word of nginx's configuration; a $ in it begins a variable.
std::string word_of(const std::string& text);
/// The same for a text that has no variables.
std::string word_of_text(const std::string& text);
/// Within a word: a text that has no variables. `$dollar` is defined by nginx_config.
std::string plain(const std::string& text);
/// A regular expression that matches `text` alone.
std::string literal(const std::string& text);
/// The same of a query's name or value, with any of its characters percent-encoded or not.
std::string literal_of_query(const std::string& text);
/// nginx's variable of a request's header: "$http_x_id" for "X-Id". Empty for a name that no variable has.
std::string header_variable(const std::string& name);

/// Why it is no regular expression that nginx takes; empty: it is one.
std::string pattern_problem(const std::string& pattern);

}  // namespace harness
