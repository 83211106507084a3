#include "suite/programs/go_broken.h"

#include <re2/re2.h>

#include <set>

#include "base/files.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/names.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTagsHint = "tags: [TAG] at the entry of tests: sets build tags";
constexpr size_t kMostFolders = 1000;

/// "./e2e" for each folder in which files of tests lie, as the go command walks.
std::set<std::string> folders_with_tests(const fs::path& dir, bool below) {
  static const RE2 passed_over("[._].*|testdata|vendor|node_modules");
  std::set<std::string> folders;
  std::error_code failed;
  for (fs::recursive_directory_iterator file(dir, failed), end; file != end && !failed;
       file.increment(failed)) {
    const auto name = file->path().filename().string();
    if (file->is_directory(failed)) {
      if (!below || RE2::FullMatch(name, passed_over)) file.disable_recursion_pending();
    } else if (name.ends_with("_test.go") && folders.size() < kMostFolders) {
      folders.insert("./" + file->path().parent_path().lexically_relative(dir).string());
    }
  }
  return folders;
}

/// "//go:build e2e"
std::string constraint_of(const fs::path& file) {
  static const RE2 constraint("(?m)^(//go:build .*)$");
  std::string line;
  return RE2::PartialMatch(read_file(file), constraint, &line)
             ? trim(line)
             : "its name is for another system, or it needs cgo";
}

/// A line for each file of tests in `folders` that build constraints hide.
std::vector<std::string> hidden_files(const fs::path& dir, const std::set<std::string>& folders,
                                      const ListRequest& request, std::stop_token stop) {
  std::vector<std::string> hidden;
  if (folders.empty()) return hidden;
  auto args = go_command({"list", "-e"}, request.program);
  args.insert(args.end(),
              {"-f", "{{printf \"%q\" .Dir}}{{range .IgnoredGoFiles}} {{printf \"%q\" .}}{{end}}"});
  args.insert(args.end(), folders.begin(), folders.end());
  for (const auto& line :
       split(listing(args, dir, request.program.path, request.env, std::move(stop)), '\n')) {
    std::string_view rest = line;
    const fs::path folder = take_go_quoted(rest);
    while (!trim(std::string(rest)).empty())
      if (const auto file = take_go_quoted(rest); file.ends_with("_test.go"))
        hidden.push_back((folder / file).lexically_relative(request.root).string() + ": " +
                         constraint_of(folder / file));
  }
  return hidden;
}

/// The compiler's "./deck.go:5:2: undefined: x".
void find_place(TestCase& test, const std::string& output, const ListRequest& request) {
  static const RE2 place("(?m)^(?:vet: )?([^\\s:]+\\.go):([0-9]+)");
  std::string file;
  int line = 0;
  if (!RE2::PartialMatch(output, place, &file, &line)) return;
  const auto whole = (fs::path(test.dir) / file).lexically_normal();
  const auto below = whole.lexically_relative(request.root);
  test.file = below.empty() || *below.begin() == ".." ? whole.string() : below.string();
  test.line = line;
}

}  // namespace

TestCase broken_go_package(const GoPackage& package, const ListRequest& request, const Error& error,
                           std::stop_token stop) {
  const auto& said = error.details;
  Breakage breakage{.reason = error.what(), .output = said.output_tail};
  if (breakage.output.find("build constraints exclude all Go files") != std::string::npos) {
    for (const auto& line : hidden_files(package.dir, {"."}, request, std::move(stop)))
      breakage.output += "\n" + line;
    breakage.output += std::string("\nhint: ") + kTagsHint;
  }
  if (!said.command.empty()) breakage.output = "$ " + said.command + "\n" + breakage.output;
  if (!said.hint.empty()) breakage.output += "\nhint: " + said.hint;
  TestCase test{.program = &request.program,
                .suite = shown_name(package.suite),
                .name = kBrokenPackage,
                .id = kBrokenPackage,
                .dir = package.dir.string(),
                .breakage = std::move(breakage)};
  find_place(test, said.output_tail, request);
  return test;
}

void refuse_hidden_files(const ListRequest& request, std::stop_token stop) {
  const auto& path = request.program.path;
  const auto pattern = go_pattern(request.root, path);
  const auto folders = folders_with_tests(pattern.dir, pattern.packages.ends_with("..."));
  const auto hidden = hidden_files(pattern.dir, folders, request, std::move(stop));
  if (hidden.empty()) return;
  throw Error(path + " lists no tests: build constraints hide all of their files",
              {.output_tail = join(hidden, "\n"), .hint = kTagsHint, .exit_code = kBuild});
}

}  // namespace harness
