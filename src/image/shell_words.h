#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// A text of a Dockerfile with its quotes, escapes and variables resolved, as BuildKit's
/// frontend/dockerfile/shell does: $X, ${X}, ${X:-word}, ${X:+word},
/// ${X:?word}, the same without the colon, ${X#pattern}, ${X##pattern}, ${X%pattern}, ${X%%pattern},
/// ${X/pattern/text}, ${X//pattern/text}.
class ShellWords {
 public:
  using Variables = std::function<std::optional<std::string>(const std::string& name)>;
  struct Style {
    char escape = '\\';
    bool raw_quotes = false;   ///< quotes stay
    bool raw_escapes = false;  ///< escapes stay
    bool keep_unset = false;   ///< of a variable that is not set its name stays
  };
  struct Result {
    std::string text;
    std::vector<std::string> words;  ///< split at spaces that are not quoted, after the variables
  };
  /// Throws std::runtime_error with Docker's reason.
  static Result process(const std::string& text, const Style& style, const Variables& variables);
};

}  // namespace harness
