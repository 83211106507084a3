#include "image/dockerfile_lines.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "image/docker_text.h"
#include "image/shell_words.h"

namespace harness {

namespace {

/// Text in which each byte knows its place in the file.
struct Traced {
  std::string text;
  std::vector<size_t> at;

  void append(std::string_view more, size_t from) {
    text += more;
    for (size_t i = 0; i < more.size(); ++i) at.push_back(from + i);
  }
  Traced part(size_t begin, size_t end) const {
    return {text.substr(begin, end - begin),
            {at.begin() + static_cast<ptrdiff_t>(begin), at.begin() + static_cast<ptrdiff_t>(end)}};
  }
  Traced trimmed() const {
    const auto inside = trim_space(text);
    const auto begin = inside.empty() ? 0 : static_cast<size_t>(inside.data() - text.data());
    return part(begin, begin + inside.size());
  }
  TextRange span(size_t begin, size_t end) const { return {at[begin], at[end - 1] + 1}; }
};

bool is_blank(char c) { return c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == ' '; }
bool is_space(char c) { return is_blank(c) || c == '\n'; }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return text;
}

/// The flags at the beginning of `line`; gives back where the rest begins.
size_t take_flags(const Traced& line, char escape, std::vector<Word>& flags) {
  const auto& text = line.text;
  size_t pos = 0;
  while (true) {
    while (pos < text.size() && is_space(text[pos])) ++pos;
    if (!std::string_view(text).substr(pos).starts_with("--")) return pos;
    const auto begin = pos;
    std::string word;
    char quote = '\0';
    for (; pos < text.size(); ++pos) {
      const char c = text[pos];
      if (quote == '\0' && is_space(c)) break;
      if (quote == '\0' && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote != '\0' && c == quote) {
        quote = '\0';
      } else if (c == escape) {
        if (pos + 1 < text.size()) word += text[++pos];
      } else {
        word += c;
      }
    }
    if (word == "--") return pos;
    if (!word.empty()) flags.push_back({word, line.span(begin, pos)});
  }
}

Instruction instruction(const Traced& whole, int number, char escape) {
  const auto line = whole.trimmed();
  size_t end = 0;
  while (end < line.text.size() && !is_blank(line.text[end])) ++end;
  Instruction result{.keyword = lower(line.text.substr(0, end)), .line = number};
  while (end < line.text.size() && is_blank(line.text[end])) ++end;
  const auto arguments = line.part(end, line.text.size());
  const auto rest =
      arguments.part(take_flags(arguments, escape, result.flags), arguments.text.size()).trimmed();
  result.rest = rest.text;
  result.at = rest.at;
  return result;
}

bool is_json_list(const Instruction& one) {
  if (!trim_left_space(one.rest).starts_with('[')) return false;
  const auto list = nlohmann::json::parse(one.rest, nullptr, false);
  return list.is_array() &&
         std::all_of(list.begin(), list.end(), [](const auto& item) { return item.is_string(); });
}

struct Heredoc {
  std::string name;
  bool without_tabs = false;
};

std::optional<Heredoc> heredoc_of(const std::string& word) {
  static const RE2 form("\\d*<<(-?)([^<]*)");
  std::string dash, rest;
  if (!RE2::FullMatch(word, form, &dash, &rest) || rest.empty()) return std::nullopt;
  const auto words =
      ShellWords::process(rest, {.keep_unset = true}, [](const auto&) { return std::nullopt; }).words;
  if (words.size() != 1) return std::nullopt;
  return Heredoc{words[0], !dash.empty()};
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  DockerfileLines read() {
    while (at_ < text_.size()) {
      const auto begin = at_;
      auto line = next();
      const auto stripped = trim_left_space(line);
      const auto indent = line.size() - stripped.size();
      directive(stripped, begin + indent);
      if (stripped.starts_with('#')) continue;
      const int number = number_;
      Traced whole;
      bool goes_on = add(whole, stripped, begin + indent);
      if (!goes_on && whole.text.empty()) continue;
      while (goes_on && at_ < text_.size()) {
        const auto from = at_;
        line = next();
        directive(line, from);
        const auto inside = trim_left_space(line);
        if (inside.empty() || inside.starts_with('#')) continue;
        goes_on = add(whole, line, from);
      }
      result_.instructions.push_back(instruction(whole, number, result_.escape));
      skip_heredocs(whole.text, result_.instructions.back());
    }
    return std::move(result_);
  }

 private:
  /// Without its line break.
  std::string_view next() {
    ++number_;
    const auto end = std::min(text_.find('\n', at_), text_.size());
    auto line = std::string_view(text_).substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    while (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  /// Whether the line goes on in the next one.
  bool add(Traced& whole, std::string_view line, size_t from) const {
    auto end = line.size();
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
    const bool goes_on =
        end > 0 && line[end - 1] == result_.escape && (end == 1 || line[end - 2] != result_.escape);
    whole.append(goes_on ? line.substr(0, end - 1) : line, from);
    return goes_on;
  }

  /// `# escape=…` and the like; they end with the first line that is none.
  void directive(std::string_view line, size_t from) {
    static const RE2 form("#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*");
    re2::StringPiece name, value;
    if (directives_are_over_) return;
    const bool is_one = RE2::FullMatch(re2::StringPiece(line.data(), line.size()), form, &name, &value);
    const auto key = lower(std::string(name));
    if (!is_one || (key != "syntax" && key != "escape" && key != "check")) {
      directives_are_over_ = true;
      return;
    }
    if (!directives_.insert(key).second)
      throw DockerfileProblem(number_, "only one " + key + " parser directive can be used");
    if (key == "escape") {
      if (value != "\\" && value != "`") throw DockerfileProblem(number_, "the escape token must be ` or \\");
      result_.escape = value[0];
    }
    if (key == "syntax") {
      const auto begin = from + static_cast<size_t>(value.data() - line.data());
      const auto word = std::string(value).substr(0, std::string_view(value.data(), value.size()).find(' '));
      result_.syntax = {word, {begin, begin + word.size()}};
    }
  }

  void skip_heredocs(const std::string& line, const Instruction& one) {
    if (line.find("<<") == std::string::npos) return;
    const auto holder = one.keyword == "onbuild" ? one.inner(result_.escape) : one;
    if ((holder.keyword != "run" && holder.keyword != "copy" && holder.keyword != "add") ||
        is_json_list(holder))
      return;
    std::vector<std::string> words;
    try {
      words = ShellWords::process(line, {.raw_quotes = true, .raw_escapes = true, .keep_unset = true},
                                  [](const auto&) { return std::nullopt; })
                  .words;
    } catch (const std::runtime_error&) {  // such a line has none
      return;
    }
    for (const auto& word : words)
      if (const auto heredoc = heredoc_of(word)) skip(*heredoc, one.line);
  }

  void skip(const Heredoc& heredoc, int line) {
    while (at_ < text_.size()) {
      auto text = next();
      while (heredoc.without_tabs && text.starts_with('\t')) text.remove_prefix(1);
      if (text == heredoc.name) return;
    }
    throw DockerfileProblem(line, "unterminated heredoc");
  }

  const std::string& text_;
  size_t at_ = 0;
  int number_ = 0;
  bool directives_are_over_ = false;
  std::set<std::string> directives_;
  DockerfileLines result_;
};

}  // namespace

std::vector<Word> Instruction::words() const {
  std::vector<Word> words;
  const Traced all{rest, at};
  for (size_t begin = 0; begin < rest.size();) {
    while (begin < rest.size() && is_blank(rest[begin])) ++begin;
    auto end = begin;
    while (end < rest.size() && !is_blank(rest[end])) ++end;
    if (end > begin) words.push_back({rest.substr(begin, end - begin), all.span(begin, end)});
    begin = end;
  }
  return words;
}

Instruction Instruction::inner(char escape) const { return instruction({rest, at}, line, escape); }

DockerfileLines read_lines(const std::string& text) { return Reader(text).read(); }

std::string quoted_flag(const std::string& value, char escape) {
  std::string quoted;
  for (const char c : value) {
    if (is_space(c) || c == '\'' || c == '"' || c == escape) quoted += escape;
    quoted += c;
  }
  return quoted;
}

std::vector<std::string> split_fields(const std::string& text) {
  std::vector<std::string> fields;
  for (size_t i = 0; i <= text.size(); ++i) {
    std::string field;
    if (i < text.size() && text[i] == '"') {
      for (++i;; ++i) {
        if (i >= text.size()) throw std::runtime_error("a quote is not closed in " + text);
        if (text[i] == '"' && (i + 1 == text.size() || text[i + 1] != '"')) break;
        if (text[i] == '"') ++i;
        field += text[i];
      }
      if (++i < text.size() && text[i] != ',') throw std::runtime_error("text follows a quote in " + text);
    } else {
      const auto end = std::min(text.find(',', i), text.size());
      field = text.substr(i, end - i);
      if (field.find('"') != std::string::npos) throw std::runtime_error("a quote within a field of " + text);
      i = end;
    }
    fields.push_back(field);
  }
  return fields;
}

std::string join_fields(const std::vector<std::string>& fields) {
  std::string text;
  for (const auto& field : fields) {
    if (!text.empty()) text += ',';
    if (field.find_first_of(",\"") == std::string::npos) {
      text += field;
      continue;
    }
    text += '"';
    for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  return text;
}

}  // namespace harness
