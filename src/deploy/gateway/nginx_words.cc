#include "deploy/gateway/nginx_words.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cctype>

namespace harness {

std::string word_of(const std::string& text) {
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  return word + "\"";
}

std::string plain(const std::string& text) {
  std::string word;
  for (const char c : text) word += c == '$' ? std::string("${dollar}") : std::string(1, c);
  return word;
}

std::string word_of_text(const std::string& text) { return word_of(plain(text)); }

std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string(".^$*+?()[]{}|\\").find(c) != std::string::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string literal_of_query(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte))
      pattern += c;
    else
      pattern += fmt::format("(?:{}|%(?i:{:02x}))", c == ' ' ? "\\+" : literal(std::string(1, c)), byte);
  }
  return pattern;
}

std::string header_variable(const std::string& name) {
  std::string variable = "$http_";
  for (const char c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') return "";
    variable += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name.empty() ? "" : variable;
}

std::string pattern_problem(const std::string& pattern) {
  const RE2 compiled(pattern, RE2::Quiet);
  const bool looks_around = pattern.find("(?") != std::string::npos;  // RE2 does not know that, nginx does
  return compiled.ok() || looks_around ? "" : compiled.error();
}

}  // namespace harness
