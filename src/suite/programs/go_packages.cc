#include "suite/programs/go_packages.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/list.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// `var tests = []testing.InternalTest{ {"TestX", _test.TestX}, ...`; benchmarks, which are no tests, have
/// names of their own.
std::vector<std::string> tests_of_main(const std::string& source) {
  static const RE2 entry("\\s*\\{\"((?:Test|Fuzz|Example)[^\"]*)\", _x?test\\..*");
  std::vector<std::string> tests;
  std::string name;
  for (const auto& line : split(source, '\n'))
    if (RE2::FullMatch(line, entry, &name)) tests.push_back(name);
  return tests;
}

void append_utf8(std::string& text, uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else {
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    text += static_cast<char>((0xFF << (7 - more) & 0xFF) | c >> 6 * more);
    for (int k = more - 1; k >= 0; --k) text += static_cast<char>(0x80 | (c >> 6 * k & 0x3F));
  }
}

std::string below_module(const GoPackage& package) {
  if (package.import_path.size() > package.module.size() &&
      package.import_path.starts_with(package.module + "/"))
    return package.import_path.substr(package.module.size() + 1);
  return package.import_path.substr(package.import_path.rfind('/') + 1);
}

/// What does not build does not change the names of other packages.
void name_suites(std::vector<GoPackage>& packages) {
  std::map<std::string, int> all, with_files;
  for (const auto& package : packages) {
    ++all[below_module(package)];
    with_files[below_module(package)] += !package.files.empty();
  }
  for (auto& package : packages) {
    const auto name = below_module(package);
    package.suite = (package.files.empty() ? all : with_files)[name] > 1 ? package.import_path : name;
  }
}

}  // namespace

GoPattern go_pattern(const fs::path& root, const std::string& path) {
  const bool below = path == "..." || path.ends_with("/...");
  const fs::path folder = root / (below ? path.substr(0, path.size() - 3) : path);
  if (fs::is_directory(folder)) return {folder.lexically_normal(), below ? "./..." : "."};
  return {root, path};
}

std::string take_go_quoted(std::string_view& text) {
  std::string value;
  size_t i = text.find('"');
  i = i == std::string_view::npos ? text.size() : i + 1;
  while (i < text.size() && text[i] != '"') {
    if (text[i] != '\\' || i + 1 == text.size()) {
      value += text[i++];
      continue;
    }
    const char kind = text[i + 1];
    const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits > 0) {
      const auto number =
          static_cast<uint32_t>(std::stoul(std::string(text.substr(i + 2, digits)), nullptr, 16));
      if (kind == 'x')
        value += static_cast<char>(number);
      else
        append_utf8(value, number);
    } else {
      constexpr std::string_view letters = "abfnrtv", meanings = "\a\b\f\n\r\t\v";
      const auto at = letters.find(kind);
      value += at == std::string_view::npos ? kind : meanings[at];
    }
    i += 2 + digits;
  }
  text.remove_prefix(std::min(text.size(), i + 1));
  return value;
}

std::vector<std::string> go_command(std::vector<std::string> args, const TestProgram& program) {
  args.insert(args.begin(), "go");
  if (!program.tags.empty()) args.push_back("-tags=" + join(program.tags, ","));
  return args;
}

std::vector<GoPackage> go_packages(const ListRequest& request, std::stop_token stop) {
  // With -test a package P has besides itself "P.test", whose only file is the generated main, in the build's
  // cache.
  constexpr const char* kFields =
      "{{printf \"%q\" .ImportPath}} {{with .Module}}{{printf \"%q\" .Path}}{{else}}\"\"{{end}} {{printf "
      "\"%q\" .Dir}} "
      "{{printf \"%q\" (join .TestGoFiles \"\\x00\")}} {{printf \"%q\" (join .XTestGoFiles \"\\x00\")}} "
      "{{printf \"%q\" (join .GoFiles \"\\x00\")}} {{printf \"%q\" .Name}} "
      "\"{{range .Deps}}{{if eq . \"github.com/onsi/ginkgo/v2\"}}ginkgo{{end}}{{end}}\" "
      "{{with .Error}}{{printf \"%q\" .Err}}{{else}}\"\"{{end}}";
  const auto pattern = go_pattern(request.root, request.program.path);
  std::vector<GoPackage> packages;
  std::map<std::string, std::string> mains;
  std::set<std::string> with_ginkgo;
  auto args = go_command({"list", "-e", "-test"}, request.program);
  args.insert(args.end(), {"-f", kFields, pattern.packages});
  for (const auto& line : split(listing(args, pattern.dir, request.program.path, request.env, stop), '\n')) {
    std::string_view rest = line;
    if (trim(rest).empty()) continue;
    GoPackage package{.import_path = take_go_quoted(rest),
                      .module = take_go_quoted(rest),
                      .dir = take_go_quoted(rest),
                      .files = {},
                      .tests = {},
                      .name = {}};
    for (const bool external : {false, true})
      for (const auto& file : split(take_go_quoted(rest), '\0')) {
        package.files.push_back(file);
        package.has_external = external;
      }
    const auto files = take_go_quoted(rest);
    package.name = take_go_quoted(rest);
    if (take_go_quoted(rest).starts_with("ginkgo")) with_ginkgo.insert(package.import_path);
    if (package.dir.empty() && !package.import_path.ends_with(".test"))
      throw Error(
          request.program.path + ": " + take_go_quoted(rest),
          {.hint = "an entry names packages: a folder, ./e2e, or a pattern, ./e2e/...", .exit_code = kBuild});
    if (package.import_path.ends_with(".test") && fs::path(files).is_absolute())
      mains[package.import_path] = files;
    else if (package.import_path.find(' ') == std::string::npos &&  // "P [P.test]" is P once more
             (!package.import_path.ends_with(".test") || package.name != "main" || !files.empty()))
      packages.push_back(std::move(package));
  }
  for (auto& package : packages) {
    const auto main = mains.find(package.import_path + ".test");
    if (main == mains.end() || !fs::exists(main->second)) continue;
    package.has_main = true;
    package.tests = tests_of_main(read_file(main->second));
    package.uses_ginkgo = with_ginkgo.contains(main->first);
  }
  name_suites(packages);
  return packages;
}

}  // namespace harness
