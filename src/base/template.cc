#include "base/template.h"

#include <vector>

#include "base/text.h"

namespace harness {

namespace {

/// A piece of a text: a name in it, or what stands between two.
struct Piece {
  std::string_view text;      ///< as it is written
  std::string_view name;      ///< empty: no name
  std::string_view argument;  ///< after the colon
  bool has_argument = false;
  bool is_literal = false;  ///< the sign was written twice: `text` is what it becomes
};

bool is_letter(char c, TemplateSyntax syntax) {
  const bool is_small = c >= 'a' && c <= 'z', is_large = c >= 'A' && c <= 'Z';
  return syntax == TemplateSyntax::braces ? is_small || c == '-'
                                          : is_small || is_large || c == '_' || (c >= '0' && c <= '9');
}

/// The name that begins at `at`, with its signs; nothing where none does.
std::optional<Piece> name_at(std::string_view text, size_t at, TemplateSyntax syntax) {
  const std::string_view sign = syntax == TemplateSyntax::braces ? "{" : "${";
  if (!text.substr(at).starts_with(sign)) return {};
  const size_t begin = at + sign.size();
  size_t end = begin;
  while (end < text.size() && is_letter(text[end], syntax)) ++end;
  if (end == begin || end == text.size()) return {};
  Piece piece{.text = {}, .name = text.substr(begin, end - begin), .argument = {}};
  size_t close = end;
  if (syntax == TemplateSyntax::braces && text[end] == ':') {
    close = text.find('}', end);
    if (close == std::string_view::npos) return {};
    piece.argument = text.substr(end + 1, close - end - 1);
    piece.has_argument = true;
  }
  if (text[close] != '}') return {};
  piece.text = text.substr(at, close + 1 - at);
  return piece;
}

/// The same with the sign written twice.
std::optional<Piece> literal_at(std::string_view text, size_t at, TemplateSyntax syntax) {
  if (at + 1 >= text.size() || text[at + 1] != text[at]) return {};
  auto piece = name_at(text, at + 1, syntax);
  if (!piece) return {};
  piece->is_literal = true;
  const bool is_closed_twice = text.substr(at + 1 + piece->text.size()).starts_with('}');
  if (syntax == TemplateSyntax::braces && !is_closed_twice) return {};
  return piece;
}

/// All names of a text, and what stands between them.
std::vector<Piece> pieces_of(std::string_view text, TemplateSyntax syntax) {
  std::vector<Piece> pieces;
  const auto add_text = [&](size_t begin, size_t end) {
    if (end > begin) pieces.push_back({.text = text.substr(begin, end - begin), .name = {}, .argument = {}});
  };
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const bool is_the_shells = syntax == TemplateSyntax::braces && at > 0 && text[at - 1] == '$';
    if (const auto literal = is_the_shells ? std::nullopt : literal_at(text, at, syntax)) {
      add_text(begin, at);
      pieces.push_back(*literal);
      at += literal->text.size() + (syntax == TemplateSyntax::braces ? 2 : 1);
      begin = at;
    } else if (const auto piece = is_the_shells ? std::nullopt : name_at(text, at, syntax)) {
      add_text(begin, at);
      pieces.push_back(*piece);
      at += piece->text.size();
      begin = at;
    } else {
      ++at;
    }
  }
  add_text(begin, text.size());
  return pieces;
}

const TemplateValue* value_of(const Piece& piece, const TemplateValues& values) {
  const auto found = values.find(piece.name);
  if (found == values.end() || (piece.has_argument && !found->second.takes_argument)) return nullptr;
  return &found->second;
}

/// As it was written.
std::string written(const Piece& piece, TemplateSyntax syntax) {
  const std::string text(piece.text);
  if (!piece.is_literal) return text;
  return syntax == TemplateSyntax::braces ? "{" + text + "}" : "$" + text;
}

}  // namespace

std::string fill_template(std::string_view text, TemplateSyntax syntax, const TemplateValues& values) {
  std::string filled;
  for (const auto& piece : pieces_of(text, syntax)) {
    const auto* value = value_of(piece, values);
    if (!value)
      filled += written(piece, syntax);
    else if (piece.is_literal)
      filled += piece.text;
    else
      filled += value->text(piece.argument);
  }
  return filled;
}

std::optional<std::string> template_problem(std::string_view text, TemplateSyntax syntax,
                                            const TemplateValues& values) {
  std::vector<std::string> known;
  for (const auto& [name, value] : values) known.push_back(name);
  const std::string sign = syntax == TemplateSyntax::braces ? "{" : "${";
  for (const auto& piece : pieces_of(text, syntax)) {
    if (piece.name.empty() || piece.is_literal || value_of(piece, values)) continue;
    const std::string means = std::string(piece.text) + " stands for nothing here; ";
    if (values.contains(piece.name)) return means + sign + std::string(piece.name) + "} takes no argument";
    if (const auto meant = nearest(piece.name, known)) return means + "did you mean " + sign + *meant + "}?";
  }
  return {};
}

bool template_names(std::string_view text, TemplateSyntax syntax, std::string_view name) {
  for (const auto& piece : pieces_of(text, syntax))
    if (piece.name == name && !piece.is_literal) return true;
  return false;
}

}  // namespace harness
