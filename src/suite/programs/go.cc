// Go's testing: https://pkg.go.dev/testing. A package's test program is compiled once and called for each
// test, as `go test` calls it.
#include <re2/re2.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/framework.h"
#include "suite/programs/go_flags.h"
#include "suite/programs/go_packages.h"
#include "suite/programs/go_record.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

/// $GOFLAGS may also stand in a file of the user's (`go env -w`), which counts where the variable is empty:
/// it is never empty here.
ListRequest with_build_flags(ListRequest request, std::stop_token stop) {
  const auto flags =
      trim(listing({"go", "env", "GOFLAGS"}, request.root, request.program.path, request.env, stop));
  request.env["GOFLAGS"] = request.program.env.contains("GOFLAGS") ? request.program.env.at("GOFLAGS")
                                                                   : divided_go_flags(flags).build;
  if (request.env["GOFLAGS"].empty()) request.env["GOFLAGS"] = " ";
  return request;
}

/// Of one package as one entry of tests: builds it.
fs::path program_of(const GoPackage& package, const ListRequest& request) {
  std::string what = package.import_path + "\n" + request.program.path;
  for (const auto& [name, value] : request.program.env) what += "\n" + name + "=" + value;
  return request.scratch / "go" /
         (file_name_for(package.import_path).substr(0, 100) + "~" + sha256_hex(what).substr(0, 16)) /
         (package.import_path.substr(package.import_path.rfind('/') + 1) + ".test");
}

std::string reason_without_end(const GoRecord& record, const std::string& test) {
  for (const auto& name : record.order)
    if (name.starts_with(test + "/") && record.ends.at(name) == End::none)
      return "its sub-test " + name + " began and did not end";
  return "";
}

/// Whether `name`, "TestX/a/b", is a sub-test that -test.run=^TestX$/SUBTESTS asks for: each part is searched
/// in its own.
bool is_wanted(const std::string& name, const std::string& subtests) {
  const auto parts = split(name, '/'), wanted = split(subtests, '/');
  if (parts.size() < wanted.size() + 1) return false;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (!RE2::PartialMatch(parts[i + 1], wanted[i])) return false;
  return true;
}

class GoTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& given, std::stop_token stop) const override {
    const auto request = with_build_flags(given, stop);
    std::vector<TestCase> tests;
    for (const auto& package : go_packages(request, stop)) {
      if (package.tests.empty()) continue;
      const auto program = program_of(package, request);
      create_folders(program.parent_path());
      listing({"go", "test", "-c", "-o", program.string(), "."}, package.dir, package.import_path,
              request.env, stop);
      for (const auto& name : package.tests) tests.push_back(test_of(name, package, program, request));
    }
    return tests;
  }

  /// -test.mutexprofile is what shows that testing came to its end: it writes that file as its last act. The
  /// fraction 0 measures nothing.
  TestCall call(const CallRequest& request) const override {
    const auto& test = request.test;
    TestCall call{.args = {test.call,
                           "-test.run=^" + test.id + "$" + (test.subtests.empty() ? "" : "/" + test.subtests),
                           "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0",
                           "-test.mutexprofile=" + request.record.string(), "-test.mutexprofilefraction=0"},
                  .timeout_signal = SIGQUIT};
    if (!test.without_subtests.empty())
      call.args.push_back("-test.skip=^" + test.id + "$/" + test.without_subtests);
    return call;
  }

  Record read(const CallRequest& request, const fs::path& log, const ProcessResult&) const override {
    const auto& test = request.test;
    const auto go = take_go_record(log);
    Record record;
    std::error_code ignored;
    const bool came_to_its_end = fs::remove(request.record, ignored) && !ignored;
    for (const auto& name : go.order)
      if (name.find('/') == std::string::npos) record.entries.push_back(entry_of(name, go));
    const auto own = go.ends.find(test.id);
    if (!came_to_its_end && (own == go.ends.end() || own->second != End::failed))
      record.problem = own != go.ends.end() && own->second == End::none
                           ? "the process ended in the test"
                           : "the process ended before Go's testing did";
    const auto is_wanted_here = [&](const auto& name) {
      return name.starts_with(test.id + "/") && is_wanted(name, test.subtests);
    };
    for (auto& entry : record.entries)
      if (entry.id == test.id && entry.end == End::passed && !test.subtests.empty() &&
          std::none_of(go.order.begin(), go.order.end(), is_wanted_here))
        entry = {.id = test.id, .end = End::skipped, .reason = "no sub-test of it matches " + test.subtests};
    return record;
  }

 private:
  static TestCase test_of(const std::string& name, const GoPackage& package, const fs::path& program,
                          const ListRequest& request) {
    TestCase test{.program = &request.program,
                  .suite = shown_name(package.suite()),
                  .name = shown_name(name),
                  .id = name,
                  .call = program.string(),
                  .dir = package.dir.string()};
    for (const auto& file : package.files)
      if (const int line = line_of(package.dir / file, "^func " + RE2::QuoteMeta(name) + "\\("); line > 0) {
        test.file = (package.dir / file).lexically_relative(request.root).string();
        test.line = line;
      }
    return test;
  }

  /// A test is as well as the worst of its sub-tests: what says otherwise is not of Go's testing.
  static Record::Entry entry_of(const std::string& name, const GoRecord& go) {
    Record::Entry entry{.id = name, .end = go.ends.at(name)};
    for (const auto& [other, end] : go.ends)
      if (other.starts_with(name + "/") && end == End::failed) entry.end = End::failed;
    if (entry.end == End::passed || entry.end == End::none) {
      entry.reason = reason_without_end(go, name);
      if (!entry.reason.empty()) entry.end = End::none;
    }
    if (const auto skip = go.skips.find(name); entry.end == End::skipped && skip != go.skips.end())
      entry.reason = skip->second;
    return entry;
  }
};

}  // namespace

const Framework& go_framework() {
  static const GoTests only;
  return only;
}

}  // namespace harness
