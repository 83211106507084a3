// Any program: it is one test, and its exit code is all that is known of it, unless it records cases
// (suite/recorded_command.h); with `list:` these are the tests.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

constexpr int kSkipped = 77;  ///< as automake and ctest have it
constexpr size_t kLastBytes = 4096;

using Json = nlohmann::json;

TestCase test_called(const std::string& name, const TestProgram& program) {
  return {.program = &program, .suite = shown_name(program.name), .name = shown_name(name), .id = name};
}

/// An element of a list in JSON: a name, or an object with more about the test.
TestCase test_of(const Json& json, const TestProgram& program) {
  if (json.is_string()) return test_called(json.get<std::string>(), program);
  auto test = test_called(json.at("name").get<std::string>(), program);
  test.labels = json.value("labels", Labels{});
  test.owner = json.value("owner", "");
  test.file = json.value("file", "");
  test.line = json.value("line", 0);
  return test;
}

/// A name a line, or a list in JSON.
std::vector<TestCase> tests_in(const std::string& printed, const TestProgram& program) {
  std::vector<TestCase> tests;
  if (const auto json = Json::parse(printed, nullptr, false); json.is_array()) {
    try {
      for (const auto& one : json) tests.push_back(test_of(one, program));
    } catch (const Json::exception& e) {
      throw Error(
          fmt::format("{}: what its list: prints cannot be read: {}", program.name, e.what()),
          {.hint = "in JSON it is a list of names, or of objects with name, labels, owner, file, line",
           .exit_code = kBuild});
    }
    return tests;
  }
  for (const auto& line : split(printed, '\n'))
    if (const auto name = trim(line); !name.empty()) tests.push_back(test_called(name, program));
  return tests;
}

class CommandTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const override {
    const auto& program = request.program;
    if (!program.list_command.empty())
      return tests_in(listing({"sh", "-c", program.list_command}, request.root, program.name, request.env,
                              std::move(stop)),
                      program);
    return {{.program = &program, .suite = "", .name = shown_name(program.name), .id = program.name}};
  }
  TestCall call(const CallRequest& request) const override {
    return {.args = {"sh", "-c", request.test.program->path}};
  }
  Record read(const CallRequest& request, const std::filesystem::path& log,
              const ProcessResult& ended) const override {
    Record record{.entries = {{.id = request.test.id, .end = Record::End::passed}}};
    auto& entry = record.entries[0];
    if (ended.exit_code == kSkipped) {
      record.exit_code = kSkipped;
      entry.end = Record::End::skipped;
      const auto said = tail(plain_text(end_of_file(log, kLastBytes)), 1);
      entry.reason = said.empty() ? "exit code 77" : said;
    } else if (!ended.ok()) {
      entry.end = Record::End::failed;
    }
    return record;
  }
  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    throw std::logic_error(request.tests.at(0)->full_name() +
                           " is a command, and shares no process of a framework");
  }
};

}  // namespace

const Framework& command_framework() {
  static const CommandTests only;
  return only;
}

}  // namespace harness
