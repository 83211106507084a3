#include "base/secrets.h"

#include <re2/re2.h>

#include "base/text.h"

namespace harness {

std::string without_credentials(std::string text) {
  // What is before the last @ of the part between :// and the path.
  static const RE2 of_http(R"re((?i)(https?://)[^/\s"'<>]*@)re"),
      of_any(R"re(([A-Za-z][A-Za-z0-9+.-]*://)[^/\s"'<>@:]*:[^/\s"'<>]*@)re");
  for (const auto* pattern : {&of_http, &of_any}) RE2::GlobalReplace(&text, *pattern, R"(\1***@)");
  return text;
}

std::string shown_command(const std::vector<std::string>& args) {
  static const RE2 setting("^(--?set=[^=]+=)(?s:.*)"), set("--?set"), value("^([^=]+=)(?s:.*)");
  std::vector<std::string> shown;
  for (size_t i = 0; i < args.size(); ++i) {
    std::string arg = without_credentials(args[i]);
    RE2::Replace(&arg, setting, "\\1...");
    if (i > 0 && RE2::FullMatch(args[i - 1], set)) RE2::Replace(&arg, value, "\\1...");
    shown.push_back(std::move(arg));
  }
  return shell_quoted(shown);
}

bool names_secret(std::string_view name) {
  static const RE2 words(
      "(?i)token|secret|passw|passphrase|credential|private|api[_-]?key|access[_-]?key|auth(?:orization)?(?:["
      "^a-z]|$)");
  return RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), words);
}

}  // namespace harness
