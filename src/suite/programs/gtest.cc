// GoogleTest: https://google.github.io/googletest/advanced.html. It lists and records as JSON, with
// --gtest_output=json:FILE.
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/plain_text.h"
#include "suite/programs/byte_json.h"
#include "suite/programs/framework.h"
#include "suite/programs/gtest_filter.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using End = Record::End;

constexpr size_t kReasonBytes = 100'000;

/// Neither a suite nor a name holds a zero byte.
std::string id_of(const std::string& suite, const std::string& name) { return suite + '\0' + name; }

/// GoogleTest's own rule, its filter "DISABLED_*:*/DISABLED_*".
bool is_disabled(const std::string& name) {
  return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string::npos;
}

Json items(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_array() ? *found : Json::array();
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

/// A test that never began has the epoch as its begin, in whatever time zone: a set-up of the whole program
/// skipped it, or failed.
bool never_began(const Json& test) {
  const auto began = bytes_at(test, "timestamp");
  return began.starts_with("1970-01-0") || began.starts_with("1969-12-31");
}

/// What a test gave GTEST_SKIP(), which older versions print and do not record: "FILE:LINE:
/// Skipped\nMESSAGE\n[  SKIPPED ] Suite.Name (0 ms)".
std::string printed_reason(const fs::path& log, const std::string& full_name) {
  const auto text = end_of_file(log, kReasonBytes);
  const auto end = text.rfind("[  SKIPPED ] " + full_name + " (");
  const auto begin = end == std::string::npos ? end : text.rfind(": Skipped\n", end);
  return begin == std::string::npos
             ? ""
             : trim(plain_text(text.substr(begin, end - begin)).substr(std::string(": Skipped\n").size()));
}

std::string reason_of_skip(const Json& test, const fs::path& log, const std::string& full_name) {
  const auto recorded = items(test, "skipped");
  const auto message = recorded.empty() ? "" : bytes_at(recorded[0], "message");  // "FILE:LINE\nMESSAGE"
  const auto line_end = message.find('\n');
  const auto reason = line_end == std::string::npos ? "" : trim(plain_text(message.substr(line_end)));
  return reason.empty() ? printed_reason(log, full_name) : reason;
}

Record::Entry entry_of(const std::string& suite, const Json& test, const fs::path& log) {
  const auto name = bytes_at(test, "name");
  Record::Entry entry{.id = id_of(suite, name)};
  if (test.contains("failures") || test.contains("failure")) {
    entry.end = End::failed;
  } else if (never_began(test)) {
    entry = {.id = entry.id,
             .end = End::skipped,
             .reason = "it did not begin: a set-up of the whole program skipped it, or failed"};
  } else if (bytes_at(test, "result") == "SKIPPED") {
    entry = {.id = entry.id, .end = End::skipped, .reason = reason_of_skip(test, log, suite + "." + name)};
  } else {
    entry.end = End::passed;
  }
  return entry;
}

class GoogleTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const override;
  TestCall call(const CallRequest& request) const override {
    const auto& test = request.test;
    return {.args = {(request.root / test.program->path).string(), "--gtest_filter=" + test.call,
                     "--gtest_color=no", "--gtest_output=json:" + request.record.string()}};
  }
  Record read(const CallRequest& request, const fs::path& log, const ProcessResult& ended) const override;
};

std::vector<TestCase> GoogleTests::list(const ListRequest& request, std::stop_token stop) const {
  const auto& program = request.program;
  create_folders(request.scratch);
  const TempDir out(request.scratch / ("list-" + std::to_string(getpid())));  // -list may run beside a run
  const auto list_file = out.path() / "list.json", about_file = out.path() / "about.json";
  auto env = request.env;
  env["HARNESS_ABOUT"] = about_file.string();
  const std::string program_file = (request.root / program.path).string();
  const auto printed =
      listing({program_file, "--gtest_list_tests", "--gtest_output=json:" + list_file.string()}, request.root,
              program.path, env, stop);
  const auto list = fs::exists(list_file) ? parse_byte_json(read_file(list_file)) : Json();
  if (!list.is_object())
    throw Error(program.path + " lists no tests as JSON",
                {.output_tail = tail(plain_text(printed), 20),
                 .hint = "it must call RUN_ALL_TESTS() when it is called with --gtest_list_tests, and be "
                         "linked with GoogleTest 1.10 or later",
                 .exit_code = kBuild});
  std::vector<TestCase> tests;
  std::vector<std::string> names;
  for (const auto& suite : items(list, "testsuites"))
    for (const auto& test : items(suite, "testsuite")) {
      const auto suite_name = bytes_at(suite, "name"), name = bytes_at(test, "name");
      names.push_back(suite_name + "." + name);
      if (is_disabled(suite_name) || is_disabled(name)) continue;
      tests.push_back({.program = &program,
                       .suite = shown_name(suite_name),
                       .name = shown_name(name),
                       .id = id_of(suite_name, name),
                       .call = names.back(),
                       .file = below(request.root, bytes_at(test, "file")),
                       .line = test.value("line", 0)});
    }
  for (auto& test : tests) test.call = gtest_filter(test.call, names);
  add_about(tests, fs::exists(about_file) ? Json::parse(read_file(about_file), nullptr, false) : Json(),
            program);
  return tests;
}

Record GoogleTests::read(const CallRequest& request, const fs::path& log, const ProcessResult&) const {
  std::error_code ignored;
  if (!fs::is_regular_file(request.record, ignored))
    return {.entries = {}, .problem = "the process ended before GoogleTest had recorded its tests"};
  const auto json = parse_byte_json(read_file(request.record));
  fs::remove(request.record, ignored);
  if (!json.is_object() || !json.contains("testsuites"))
    return {
        .entries = {},
        .problem =
            "GoogleTest's record cannot be read: it is cut off, or something failed outside of all tests"};
  Record record;
  for (const auto& suite : items(json, "testsuites"))
    for (const auto& test : items(suite, "testsuite"))
      if (bytes_at(test, "status") == "RUN")
        record.entries.push_back(entry_of(bytes_at(suite, "name"), test, log));
  return record;
}

}  // namespace

const Framework& gtest_framework() {
  static const GoogleTests only;
  return only;
}

}  // namespace harness
