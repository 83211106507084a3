#include "suite/programs/gtest_record.h"

#include <map>

#include "base/child.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using End = Record::End;

constexpr size_t kReasonBytes = 100'000;

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
  const auto recorded = json_items(test, "skipped");
  const auto message = recorded.empty() ? "" : bytes_at(recorded[0], "message");  // "FILE:LINE\nMESSAGE"
  const auto line_end = message.find('\n');
  const auto reason = line_end == std::string::npos ? "" : trim(plain_text(message.substr(line_end)));
  return reason.empty() ? printed_reason(log, full_name) : reason;
}

/// What a forked process that came to the end in the place of its parent says of its record.
bool another_came_to_the_end(const fs::path& record, const fs::path& log) {
  const auto said = end_of_file(log, kReasonBytes);
  const auto at = said.find("Unable to open file \"/proc/self/task/");
  return at != std::string::npos && said.find(record.string() + '"', at) != std::string::npos;
}

Record::Entry entry_of(const std::string& suite, const Json& test, const fs::path& log) {
  const auto name = bytes_at(test, "name");
  Record::Entry entry{.id = gtest_id(suite, name)};
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

}  // namespace

/// Neither a suite nor a name holds a zero byte.
std::string gtest_id(const std::string& suite, const std::string& name) { return suite + '\0' + name; }

Json json_items(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_array() ? *found : Json::array();
}

TestCall gtest_call(const TestCase& test, const std::string& filter, const fs::path& root,
                    const fs::path& record) {
  const auto file = test.in_child ? record.string() : path_of_itself(record);
  return {.args = {(root / test.program->path).string(), "--gtest_filter=" + filter, "--gtest_color=no",
                   "--gtest_output=json:" + file}};
}

Record take_gtest_record(const fs::path& record_file, const fs::path& log) {
  std::error_code ignored;
  if (!fs::is_regular_file(record_file, ignored))
    return {.entries = {},
            .problem = another_came_to_the_end(record_file, log)
                           ? "a process that it had forked ended in its place"
                           : "the process ended before GoogleTest had recorded its tests"};
  const auto json = parse_byte_json(read_file(record_file));
  fs::remove(record_file, ignored);
  if (!json.is_object() || !json.contains("testsuites"))
    return {
        .entries = {},
        .problem =
            "GoogleTest's record cannot be read: it is cut off, or something failed outside of all tests"};
  Record record;
  for (const auto& suite : json_items(json, "testsuites"))
    for (const auto& test : json_items(suite, "testsuite"))
      if (bytes_at(test, "status") == "RUN")
        record.entries.push_back(entry_of(bytes_at(suite, "name"), test, log));
  return record;
}

}  // namespace harness
