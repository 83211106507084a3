#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/list.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// GoogleTest's own rule, its filter "DISABLED_*:*/DISABLED_*".
bool is_disabled(const std::string& name) { return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string::npos; }

/// A JSON file that a program may or may not have written.
Json written(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? Json::parse(read_file(file), nullptr, false) : Json();
}

/// GoogleTest 1.11 and later say where a test is written.
std::map<std::string, std::pair<std::string, int>> places(const Json& listed) {
  std::map<std::string, std::pair<std::string, int>> found;
  if (!listed.is_object()) return found;
  for (const auto& suite : listed.value("testsuites", Json::array()))
    for (const auto& test : suite.value("testsuite", Json::array()))
      found[suite.value("name", "") + "." + test.value("name", "")] = {test.value("file", ""), test.value("line", 0)};
  return found;
}

/// A place as the compiler named it, "../tests/deck_test.cc" or absolute, relative to the project where it lies there.
std::string below(const std::filesystem::path& root, const std::filesystem::path& file) {
  std::filesystem::path inner;  // without the way out of the build folder
  for (const auto& part : file.is_absolute() ? file.lexically_relative(root) : file)
    if (file.is_absolute() || part != "..") inner /= part;
  return !inner.empty() && *inner.begin() != ".." && std::filesystem::exists(root / inner) ? inner.string() : file.string();
}

void add_about(std::vector<TestCase>& tests, const Json& about, const TestProgram& program) {
  if (!about.is_array()) return;
  std::map<std::string, const Json*> by_name;
  for (const auto& one : about) by_name[one.value("test", "")] = &one;
  for (auto& test : tests) {
    const auto found = by_name.find(test.suite + "." + test.name);
    if (found == by_name.end()) continue;
    try {
      test.labels = found->second->value("labels", Labels{});
      test.owner = found->second->value("owner", "");
      test.timeout_seconds = found->second->value("timeout", 0);
    } catch (const Json::exception& e) {
      throw Error(fmt::format("{}: what {} says of itself cannot be read: {}", program.path, test.full_name(), e.what()), {.exit_code = kBuild});
    }
  }
}

}  // namespace

std::vector<TestCase> parse_gtest_list(const std::string& text, const TestProgram& program) {
  std::vector<TestCase> tests;
  std::string suite;
  for (std::string line : split(text, '\n')) {
    if (const auto comment = line.find("  # "); comment != std::string::npos) line.resize(comment);
    if (line.starts_with("  ") && !suite.empty()) {
      const std::string name = trim(line);
      if (!is_disabled(suite) && !is_disabled(name))
        tests.push_back({&program, suite, name});
    } else if (line.ends_with(".")) {
      suite = line.substr(0, line.size() - 1);
    }
  }
  return tests;
}

std::vector<TestCase> list_gtest(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop) {
  create_folders(scratch);
  const TempDir out(scratch / ("list-" + std::to_string(getpid())));  // -list may run beside a run
  const auto places_file = out.path() / "places.json", about_file = out.path() / "about.json";
  auto env = program.env;
  env["HARNESS_ABOUT"] = about_file.string();
  const std::string program_file = (root / program.path).string();
  auto tests = parse_gtest_list(listing({program_file, "--gtest_list_tests", "--gtest_output=json:" + places_file.string()}, root, program.path,
                                        env, stop),
                                program);
  const auto where = places(written(places_file));
  for (auto& test : tests)
    if (const auto found = where.find(test.suite + "." + test.name); found != where.end()) {
      test.file = below(root, found->second.first);
      test.line = found->second.second;
    }
  add_about(tests, written(about_file), program);
  return tests;
}

}  // namespace harness
