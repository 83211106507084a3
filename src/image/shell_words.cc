#include "image/shell_words.h"

#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "image/docker_text.h"

namespace harness {

namespace {

constexpr int kEnd = -1;

/// A pattern of the shell without brackets: `*` and `?`.
std::string expression_of(const std::string& pattern, bool greedy) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '*' || c == '?') {
      out += c == '?' ? "." : greedy ? ".*" : ".*?";
      continue;
    }
    if (c == '\\') {
      const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
      if (next == '}' || next == '/') continue;
      if (next != '*' && next != '?' && next != '\\')
        throw std::runtime_error("invalid pattern (" + pattern + ") in substitution");
      out += c;
      c = pattern[++i];
    } else if (std::string_view("[]{}.+()|^$").find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// The first place that the expression matches; false where there is none.
bool find(const std::string& expression, const std::string& text, size_t& begin, size_t& end) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(expression, options);
  if (!compiled.ok()) throw std::runtime_error("invalid pattern in substitution: " + compiled.error());
  re2::StringPiece found;
  if (!compiled.Match(text, begin, text.size(), RE2::UNANCHORED, &found, 1)) return false;
  begin = static_cast<size_t>(found.data() - text.data());
  end = begin + found.size();
  return true;
}

std::string without_prefix(const std::string& pattern, const std::string& value, bool greedy) {
  size_t begin = 0, end = 0;
  return find("^(?:" + expression_of(pattern, greedy) + ")", value, begin, end) ? value.substr(end) : value;
}

/// Of all ends that the pattern matches the shortest, or the longest.
std::string without_suffix(const std::string& pattern, const std::string& value, bool greedy) {
  const auto expression = "^(?:" + expression_of(pattern, true) + ")$";
  for (size_t i = 0; i <= value.size(); ++i) {
    const size_t at = greedy ? i : value.size() - i;
    size_t begin = 0, end = 0;
    if (at < value.size() && (static_cast<unsigned char>(value[at]) & 0xC0u) == 0x80)
      continue;  // within a character
    if (find(expression, value.substr(at), begin, end)) return value.substr(0, at);
  }
  return value;
}

std::string replaced(const std::string& pattern, const std::string& replacement, std::string value,
                     bool all) {
  const auto expression = expression_of(pattern, true);
  std::string out;
  size_t at = 0, begin = 0, end = 0;
  while (at <= value.size() && find(expression, value, begin = at, end)) {
    out += value.substr(at, begin - at);
    const bool repeated = begin == end && begin == at && at > 0 && all;
    if (!repeated) out += replacement;
    at = end;
    if (begin == end) out += at < value.size() ? value.substr(at++, 1) : (++at, "");
    if (!all) break;
  }
  return at <= value.size() ? out + value.substr(at) : out;
}

class Lexer {
 public:
  Lexer(const std::string& text, const ShellWords::Style& style, const ShellWords::Variables& variables)
      : text_(text), style_(style), variables_(variables) {}

  ShellWords::Result run(int stop, bool raw_escapes) {
    ShellWords::Result result;
    std::string word;
    bool in_word = false;
    const auto add_raw = [&](const std::string& piece) {
      word += piece;
      in_word = true;
    };
    const auto add = [&](std::string_view piece) {
      while (!piece.empty()) {
        const size_t space = leading_space(piece);
        if (space == 0) {
          word += piece[0];
          in_word = true;
        } else if (in_word && !word.empty()) {
          result.words.push_back(std::move(word));
          word.clear();
          in_word = false;
        }
        piece.remove_prefix(std::max<size_t>(space, 1));
      }
    };
    const bool before = raw_escapes_;
    raw_escapes_ = raw_escapes;
    while (peek() != kEnd && peek() != stop) {
      const int c = peek();
      if (c == '\'' || c == '"') {
        const auto piece = c == '"' ? double_quoted() : single_quoted();
        result.text += piece;
        add_raw(piece);
      } else if (c == '$') {
        const auto piece = dollar();
        result.text += piece;
        add(piece);
      } else if (c == style_.escape) {
        next();
        if (raw_escapes_) {
          add_raw(std::string(1, style_.escape));
          result.text += style_.escape;
        }
        if (peek() == kEnd) break;
        const std::string escaped(1, static_cast<char>(next()));
        add_raw(escaped);
        result.text += escaped;
      } else {
        const auto piece = character();
        result.text += piece;
        add(piece);
      }
    }
    raw_escapes_ = before;
    if (stop != kEnd && next() == kEnd)
      throw std::runtime_error(std::string("unexpected end of statement while looking for matching ") +
                               static_cast<char>(stop));
    if (!word.empty()) result.words.push_back(word);
    return result;
  }

 private:
  int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : kEnd; }
  int next() { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_++]) : kEnd; }

  /// With all its bytes, since a space may have several.
  std::string character() {
    const auto begin = at_++;
    while (at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xC0u) == 0x80) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string single_quoted() {
    const auto begin = at_;
    const auto end = text_.find('\'', begin + 1);
    if (end == std::string::npos)
      throw std::runtime_error("unexpected end of statement while looking for matching single-quote");
    at_ = end + 1;
    return style_.raw_quotes ? text_.substr(begin, end + 1 - begin)
                             : text_.substr(begin + 1, end - begin - 1);
  }

  std::string double_quoted() {
    std::string result;
    next();
    if (style_.raw_quotes) result += '"';
    while (peek() != '"') {
      if (peek() == kEnd)
        throw std::runtime_error("unexpected end of statement while looking for matching double-quote");
      if (peek() == '$') {
        result += dollar();
        continue;
      }
      int c = next();
      if (c == style_.escape) {
        if (raw_escapes_) result += static_cast<char>(c);
        if (peek() == kEnd) continue;
        if (peek() == '"' || peek() == '$' || peek() == style_.escape) c = next();
      }
      result += static_cast<char>(c);
    }
    next();
    if (style_.raw_quotes) result += '"';
    return result;
  }

  std::string name() {
    std::string result;
    const auto is = [&](const char* set) {
      return peek() != kEnd &&
             std::string_view(set).find(static_cast<char>(peek())) != std::string_view::npos;
    };
    const char* digits = "0123456789";
    if (is(digits)) {
      while (is(digits)) result += static_cast<char>(next());
      return result;
    }
    if (is("@*#?-$!")) return std::string(1, static_cast<char>(next()));
    while (is("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ||
           (peek() != kEnd && peek() >= 0x80))
      result += static_cast<char>(next());
    return result;
  }

  std::string dollar() {
    next();
    if (peek() != '{') {
      const auto variable = name();
      if (variable.empty()) return "$";
      const auto value = variables_(variable);
      return value ? *value : style_.keep_unset ? "$" + variable : "";
    }
    next();
    if (peek() == kEnd) throw std::runtime_error("syntax error: missing '}'");
    if (peek() == '{' || peek() == '}' || peek() == ':')
      throw std::runtime_error("syntax error: bad substitution");
    const auto variable = name();
    std::string modifier(1, static_cast<char>(next()));
    const auto value = [&] { return variables_(variable); };
    if (modifier == "}") {
      const auto found = value();
      return found ? *found : style_.keep_unset ? "${" + variable + "}" : "";
    }
    if (modifier == "/") return replacement(variable);
    const bool null_is_unset = modifier == ":";
    if (null_is_unset) modifier += static_cast<char>(next());
    const char kind = modifier.back();
    const bool is_trim = kind == '#' || kind == '%';
    if (std::string_view("+-?#%").find(kind) == std::string_view::npos || (null_is_unset && is_trim))
      throw std::runtime_error("unsupported modifier (" + modifier + ") in substitution");
    auto word = until('}', is_trim);
    const auto found = value();
    if (style_.keep_unset && !found) return "${" + variable + modifier + word + "}";
    const bool is_unset = !found || (null_is_unset && found->empty());
    if (kind == '-') return is_unset ? word : *found;
    if (kind == '+') return is_unset ? "" : word;
    if (kind == '?') {
      if (is_unset)
        throw std::runtime_error(variable + ": " +
                                 (!word.empty() ? word
                                  : found       ? "is not allowed to be empty"
                                                : "is not allowed to be unset"));
      return *found;
    }
    const bool greedy = word.starts_with(kind);
    if (greedy) word.erase(0, 1);
    return kind == '#' ? without_prefix(word, found.value_or(""), greedy)
                       : without_suffix(word, found.value_or(""), greedy);
  }

  std::string replacement(const std::string& variable) {
    const bool all = peek() == '/';
    if (all) next();
    const auto pattern = until('/', true), with = until('}', true);
    const auto found = variables_(variable);
    if (style_.keep_unset && !found) return "${" + variable + "/" + pattern + "/" + with + "}";
    return replaced(pattern, with, found.value_or(""), all);
  }

  std::string until(char stop, bool raw_escapes) {
    return run(static_cast<unsigned char>(stop), raw_escapes).text;
  }

  const std::string& text_;
  const ShellWords::Style style_;
  const ShellWords::Variables& variables_;
  size_t at_ = 0;
  bool raw_escapes_ = false;
};

}  // namespace

ShellWords::Result ShellWords::process(const std::string& text, const Style& style,
                                       const Variables& variables) {
  return Lexer(text, style, variables).run(kEnd, style.raw_escapes);
}

}  // namespace harness
