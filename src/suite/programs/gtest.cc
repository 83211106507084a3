// GoogleTest: https://google.github.io/googletest/advanced.html. It lists and records as JSON, with
// --gtest_output=json:FILE.
#include <fmt/format.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/gtest_filter.h"
#include "suite/programs/gtest_record.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// GoogleTest's own rule, its filter "DISABLED_*:*/DISABLED_*".
bool is_disabled(const std::string& name) {
  return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string::npos;
}

/// A place as the compiler named it, "../tests/deck_test.cc" or absolute, relative to the project where it
/// lies there.
std::string below(const fs::path& root, const fs::path& file) {
  fs::path inner;  // without the way out of the build folder
  for (const auto& part : file.is_absolute() ? file.lexically_relative(root) : file)
    if (file.is_absolute() || part != "..") inner /= part;
  return !inner.empty() && *inner.begin() != ".." && fs::exists(root / inner) ? inner.string()
                                                                              : file.string();
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
      throw Error(fmt::format("{}: what {} says of itself cannot be read: {}", program.path, test.full_name(),
                              e.what()),
                  {.exit_code = kBuild});
    }
  }
}

struct Listing {
  std::string printed;
  Json list;              ///< no object where there is none
  bool in_child = false;  ///< as TestCase has it
};

/// The list is asked for as a record is: where only a child of the program can give it, it is asked for once
/// more.
Listing list_as_json(const ListRequest& request, const fs::path& file, const Environment& env,
                     std::stop_token stop) {
  const std::string program = (request.root / request.program.path).string();
  for (const bool in_child : {false, true}) {
    Listing listed{.in_child = in_child};
    try {
      listed.printed = listing({program, "--gtest_list_tests",
                                "--gtest_output=json:" + (in_child ? file.string() : path_of_itself(file))},
                               request.root, request.program.path, env, stop);
    } catch (const Error& e) {
      if (in_child || e.details.output_tail.find("/proc/self/task/") == std::string::npos) throw;
    }
    if (!fs::exists(file) && !in_child) continue;
    if (fs::exists(file)) listed.list = parse_byte_json(read_file(file));
    return listed;
  }
  return {};
}

class GoogleTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const override;
  TestCall call(const CallRequest& request) const override {
    return gtest_call(request.test, request.test.call, request.root, request.record);
  }
  Record read(const CallRequest& request, const fs::path& log, const ProcessResult& ended) const override;
  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    return share_gtest_process(request);
  }
};

std::vector<TestCase> GoogleTests::list(const ListRequest& request, std::stop_token stop) const {
  const auto& program = request.program;
  create_folders(request.scratch);
  const TempDir out(request.scratch / ("list-" + std::to_string(getpid())));  // -list may run beside a run
  const auto list_file = out.path() / "list.json", about_file = out.path() / "about.json";
  auto env = request.env;
  env["HARNESS_ABOUT"] = about_file.string();
  const auto [printed, list, in_child] = list_as_json(request, list_file, env, stop);
  if (!list.is_object())
    throw Error(program.path + " lists no tests as JSON",
                {.output_tail = tail(plain_text(printed), 20),
                 .hint = "it must call RUN_ALL_TESTS() when it is called with --gtest_list_tests, and be "
                         "linked with GoogleTest 1.10 or later",
                 .exit_code = kBuild});
  std::vector<TestCase> tests;
  std::vector<std::string> names;
  for (const auto& suite : json_items(list, "testsuites"))
    for (const auto& test : json_items(suite, "testsuite")) {
      const auto suite_name = bytes_at(suite, "name"), name = bytes_at(test, "name");
      names.push_back(suite_name + "." + name);
      if (is_disabled(suite_name) || is_disabled(name)) continue;
      tests.push_back({.program = &program,
                       .suite = shown_name(suite_name),
                       .name = shown_name(name),
                       .id = gtest_id(suite_name, name),
                       .call = names.back(),
                       .in_child = in_child,
                       .file = below(request.root, bytes_at(test, "file")),
                       .line = test.value("line", 0)});
    }
  for (auto& test : tests) test.call = gtest_filter(test.call, names);
  add_about(tests, fs::exists(about_file) ? Json::parse(read_file(about_file), nullptr, false) : Json(),
            program);
  return tests;
}

Record GoogleTests::read(const CallRequest& request, const fs::path& log, const ProcessResult&) const {
  return take_gtest_record(request.record, log);
}

}  // namespace

const Framework& gtest_framework() {
  static const GoogleTests only;
  return only;
}

}  // namespace harness
