#include <re2/re2.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/list.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// A pattern whose folder may be a module of its own: "./e2e/..." is "./..." there.
struct Pattern {
  fs::path dir;
  std::string packages;
};

Pattern pattern_of(const fs::path& root, const std::string& path) {
  const bool below = path == "..." || path.ends_with("/...");
  const fs::path folder = root / (below ? path.substr(0, path.size() - 3) : path);
  if (fs::is_directory(folder)) return {folder.lexically_normal(), below ? "./..." : "."};
  return {root, path};
}

struct Package {
  std::string import_path, module;
  fs::path dir;
  std::vector<std::string> files;  ///< of tests
  std::string suite() const {
    const auto last = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    return import_path.size() > module.size() && import_path.starts_with(module + "/") ? import_path.substr(module.size() + 1) : last(import_path);
  }
};

std::vector<Package> packages_of(const Pattern& pattern, const TestProgram& program, std::stop_token stop) {
  constexpr const char* kFormat = "{{.ImportPath}}\t{{with .Module}}{{.Path}}{{end}}\t{{.Dir}}\t{{join .TestGoFiles \" \"}} {{join .XTestGoFiles \" \"}}";
  std::vector<Package> packages;
  for (const auto& line : split(listing({"go", "list", "-f", kFormat, pattern.packages}, pattern.dir, program.path, program.env, stop), '\n')) {
    const auto fields = split(line, '\t');
    if (fields.size() != 4 || trim(fields[3]).empty()) continue;
    packages.push_back({.import_path = fields[0], .module = fields[1], .dir = fields[2], .files = split(trim(fields[3]), ' ')});
  }
  return packages;
}

std::vector<TestCase> list_package(const Package& package, const fs::path& binary, const TestProgram& program, const fs::path& root, std::stop_token stop) {
  std::vector<TestCase> tests;
  for (const auto& name : split(listing({binary.string(), "-test.list=."}, package.dir, package.import_path, program.env, stop), '\n')) {
    static const RE2 is_test("(Test|Example|Fuzz)[\\pL\\pN_]*");  // benchmarks are none, nor is what TestMain prints
    if (!RE2::FullMatch(name, is_test)) continue;
    TestCase test{.program = &program, .suite = package.suite(), .name = name, .id = binary.string(), .dir = package.dir.string()};
    for (const auto& file : package.files)
      if (const int line = line_of(package.dir / file, "^func " + RE2::QuoteMeta(name) + "\\("); line > 0) {
        test.file = (package.dir / file).lexically_relative(root).string();
        test.line = line;
      }
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace

std::vector<TestCase> list_go(const TestProgram& program, const fs::path& root, const fs::path& scratch, std::stop_token stop) {
  std::vector<TestCase> all;
  for (const auto& package : packages_of(pattern_of(root, program.path), program, stop)) {
    std::string file = package.import_path + ".test";
    for (char& c : file)
      if (c == '/') c = '.';
    const auto binary = scratch / "go" / file;
    create_folders(binary.parent_path());
    listing({"go", "test", "-c", "-o", binary.string(), "."}, package.dir, package.import_path, program.env, stop);
    const auto tests = list_package(package, binary, program, root, stop);
    all.insert(all.end(), tests.begin(), tests.end());
  }
  return all;
}

}  // namespace harness
