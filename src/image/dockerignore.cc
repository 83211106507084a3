#include "image/dockerignore.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "image/docker_text.h"

namespace harness {

namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& pattern) {
  throw Error(
      file + ": docker does not take the pattern \"" + pattern + "\"",
      {.hint = "correct it: https://docs.docker.com/build/concepts/context/#syntax", .exit_code = kBuild});
}

/// Go's filepath.Match(pattern, "."), of which only the error counts: docker asks it whether a pattern is
/// well-formed, and it looks no further than it has to for its answer.
class WellFormed {
 public:
  explicit WellFormed(std::string_view pattern) : pattern_(pattern) {}

  bool check() {
    std::string_view name = ".";
    while (!pattern_.empty()) {
      const auto [star, chunk] = next_chunk();
      if (star && chunk.empty()) return true;
      std::string_view left = name;
      bool fits = false;
      if (!match(chunk, left, fits)) return false;
      if (!fits || (!left.empty() && pattern_.empty())) {
        if (!star || name.empty()) return true;
        left = {};  // what is left of "." behind the star
        if (!match(chunk, left, fits)) return false;
        if (!fits) return true;
      }
      name = left;
    }
    return true;
  }

 private:
  std::pair<bool, std::string_view> next_chunk() {
    const bool star = pattern_.starts_with('*');
    while (pattern_.starts_with('*')) pattern_.remove_prefix(1);
    bool in_class = false;
    size_t i = 0;
    for (; i < pattern_.size() && (pattern_[i] != '*' || in_class); ++i) {
      if (pattern_[i] == '\\' && i + 1 < pattern_.size())
        ++i;
      else if (pattern_[i] == '[')
        in_class = true;
      else if (pattern_[i] == ']')
        in_class = false;
    }
    const auto chunk = pattern_.substr(0, i);
    pattern_.remove_prefix(i);
    return {star, chunk};
  }

  /// One character of a class; false where it is malformed.
  static bool take(std::string_view& chunk, unsigned& c) {
    if (chunk.empty() || chunk[0] == '-' || chunk[0] == ']') return false;
    if (chunk[0] == '\\') chunk.remove_prefix(1);
    if (chunk.empty()) return false;
    c = static_cast<unsigned char>(chunk[0]);
    const bool is_valid = valid_utf8(chunk.substr(0, 4)).starts_with(chunk[0]);
    chunk.remove_prefix(1);
    while (!chunk.empty() && (static_cast<unsigned char>(chunk[0]) & 0xC0u) == 0x80) chunk.remove_prefix(1);
    return is_valid && !chunk.empty();
  }

  /// Whether the name begins with a chunk, which is then taken off it; false where the chunk is malformed.
  static bool match(std::string_view chunk, std::string_view& name, bool& fits) {
    fits = true;
    while (!chunk.empty()) {
      fits = fits && !name.empty();
      const char first = chunk[0];
      chunk.remove_prefix(1);
      const unsigned at = name.empty() ? 0 : static_cast<unsigned char>(name[0]);
      if (first == '[') {
        const bool negated = chunk.starts_with('^');
        if (negated) chunk.remove_prefix(1);
        bool within = false;
        for (int ranges = 0; ranges == 0 || !chunk.starts_with(']'); ++ranges) {
          unsigned low = 0;
          if (!take(chunk, low)) return false;
          unsigned high = low;
          if (chunk[0] == '-' && (chunk.remove_prefix(1), !take(chunk, high))) return false;
          within = within || (low <= at && at <= high);
        }
        chunk.remove_prefix(1);
        fits = fits && within != negated;
      } else if (first == '\\') {
        if (chunk.empty()) return false;
        fits = fits && chunk[0] == name[0];
        chunk.remove_prefix(1);
      } else if (first != '?') {
        fits = fits && first == name[0];
      }
      if (!name.empty()) name.remove_prefix(1);
    }
    return true;
  }

  std::string_view pattern_;
};

/// Without the stars at its end.
std::string without_trailing_glob(const std::string& pattern) {
  if (pattern.ends_with("/**")) return pattern.substr(0, pattern.size() - 3);
  return pattern.ends_with("/*") ? pattern.substr(0, pattern.size() - 2) : pattern;
}

}  // namespace

Dockerignore::Dockerignore(const std::string& text, const std::string& file) {
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  for (const auto& line : split(std::string(rest), '\n')) {
    if (line.starts_with('#')) continue;
    std::string_view words = trim_space(line);
    if (words.empty()) continue;
    const bool exception = words.starts_with('!');
    if (exception) words = trim_space(words.substr(1));
    if (words.empty()) refuse(file, "!");
    auto pattern = clean_path(std::string(words));
    if (pattern.size() > 1 && pattern.front() == '/') pattern.erase(0, 1);
    // The matcher takes what the reader left apart once more.
    auto whole = clean_path(std::string(trim_space((exception ? "!" : "") + pattern)));
    const bool is_exception = whole.front() == '!';
    if (is_exception) whole.erase(0, 1);
    if (whole.empty()) refuse(file, "!");
    patterns_.push_back(compile(std::move(whole), file));
    patterns_.back().exception = is_exception;
  }
}

Dockerignore::Pattern Dockerignore::compile(std::string text, const std::string& file) {
  if (!WellFormed(text).check()) refuse(file, text);
  std::string expression = "^";
  auto how = How::exact;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool first = i == 0;
    if (c == '*' && i + 1 < text.size() && text[i + 1] == '*') {
      ++i;
      if (i + 1 < text.size() && text[i + 1] == '/') ++i;
      if (i + 1 == text.size()) {
        expression += how == How::exact ? "" : ".*";
        how = how == How::exact ? How::prefix : How::expression;
      } else {
        expression += "(.*/)?";
        how = How::expression;
      }
      if (first) how = How::suffix;
    } else if (c == '*' || c == '?') {
      expression += c == '*' ? "[^/]*" : "[^/]";
      how = How::expression;
    } else if (std::string_view(".+()$").find(c) != std::string_view::npos) {
      expression += std::string("\\") + c;
    } else if (c == '\\') {
      expression += c;
      if (++i < text.size()) expression += text[i];
      how = How::expression;
    } else {
      expression += c;
      if (c == '[' || c == ']') how = How::expression;
    }
  }
  Pattern pattern{.text = std::move(text), .file = file, .how = how};
  if (how != How::expression) return pattern;
  RE2::Options options;
  options.set_log_errors(false);
  pattern.expression = std::make_shared<RE2>(valid_utf8(expression + "$"), options);
  return pattern;
}

bool Dockerignore::Pattern::matches(const std::string& path) const {
  switch (how) {
    case How::exact:
      return path == text;
    case How::prefix:
      return path.starts_with(std::string_view(text).substr(0, text.size() - 2));
    case How::suffix:
      return path.ends_with(text.substr(2)) || (text.size() > 2 && text[2] == '/' && path == text.substr(3));
    case How::expression:
      if (!expression->ok()) refuse(file, text);
      return RE2::PartialMatch(valid_utf8(path), *expression);
  }
  return false;
}

bool Dockerignore::excludes(const std::string& path, const Matched& parent, Matched& own) const {
  bool excluded = false;
  own.assign(patterns_.size(), false);
  for (size_t i = 0; i < patterns_.size(); ++i) {
    const auto& pattern = patterns_[i];
    bool match = !parent.empty() && parent[i];
    if (!match) {
      if (pattern.exception != excluded) continue;  // it would change nothing
      match = pattern.matches(path);
    }
    own[i] = match;
    if (match) excluded = !pattern.exception;
  }
  return excluded;
}

bool Dockerignore::classic_enters(const std::string& folder) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
    return pattern.exception && (pattern.text + "/").starts_with(folder + "/");
  });
}

bool Dockerignore::buildkit_enters(const std::string& folder) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
    if (!pattern.exception) return false;
    const auto begin = without_trailing_glob(pattern.text);
    return begin.find_first_of("*[]?^\\") != std::string::npos || (begin + "/").starts_with(folder + "/");
  });
}

}  // namespace harness
