#include "suite/programs/go_flags.h"

#include <set>

#include "base/text.h"

namespace harness {

namespace {

/// Fields are separated by blanks; one may be quoted, as a whole, by ' or " (cmd/internal/quoted).
std::vector<std::string> fields_of(const std::string& text) {
  std::vector<std::string> fields;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (std::string(" \t\r\n").find(c) != std::string::npos) {
      ++i;
      continue;
    }
    const bool quoted = c == '\'' || c == '"';
    const auto end = quoted ? text.find(c, i + 1) : text.find_first_of(" \t\r\n", i);
    const auto next = end == std::string::npos ? text.size() : quoted ? end + 1 : end;
    fields.push_back(text.substr(i, next - i));
    i = next;
  }
  return fields;
}

/// "tags" of "-tags=e2e", "'--tags=a b'"
std::string flag_name(const std::string& field) {
  const auto begin = field.find_first_not_of("'\"-");
  return begin == std::string::npos ? "" : field.substr(begin, field.find_first_of("='\"", begin) - begin);
}

}  // namespace

GoFlags divided_go_flags(const std::string& text) {
  // `go help build`, without those that print; and -vet, which says what of a package `go test` refuses.
  static const std::set<std::string> build{
      "a",         "asan",       "asmflags",   "buildmode", "buildvcs",      "compiler", "cover",
      "covermode", "coverpkg",   "gccgoflags", "gcflags",   "installsuffix", "ldflags",  "linkshared",
      "mod",       "modcacherw", "modfile",    "msan",      "overlay",       "p",        "pgo",
      "pkgdir",    "race",       "tags",       "toolexec",  "trimpath",      "vet"};
  GoFlags flags;
  std::vector<std::string> kept;
  for (const auto& field : fields_of(text))
    (build.contains(flag_name(field)) ? kept : flags.others).push_back(field);
  flags.build = join(kept, " ");
  return flags;
}

}  // namespace harness
