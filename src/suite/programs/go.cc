// Go's testing: https://pkg.go.dev/testing. A package's test program is compiled once and called for each
// test, as `go test` calls it.
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/framework.h"
#include "suite/programs/go_call.h"
#include "suite/programs/go_flags.h"
#include "suite/programs/go_packages.h"
#include "suite/programs/shared.h"

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
  for (const auto& tag : request.program.tags) what += "\n-tags=" + tag;
  for (const auto& [name, value] : request.program.env) what += "\n" + name + "=" + value;
  return request.scratch / "go" /
         (file_name_for(package.import_path).substr(0, 100) + "~" + sha256_hex(what).substr(0, 16)) /
         (package.import_path.substr(package.import_path.rfind('/') + 1) + ".test");
}

void compile(const GoPackage& package, const ListRequest& request, std::stop_token stop) {
  const auto program = program_of(package, request);
  create_folders(program.parent_path());
  auto args = go_command({"test", "-c"}, request.program);
  args.insert(args.end(), {"-o", program.string(), "."});
  listing(args, package.dir, package.import_path, request.env, std::move(stop));
}

class GoTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& given, std::stop_token stop) const override {
    const auto request = with_build_flags(given, stop);
    const auto packages = go_packages(request, stop);
    std::atomic<size_t> next = 0;
    run_on_threads(std::max(1u, std::thread::hardware_concurrency()), [&] {
      for (size_t i; (i = next++) < packages.size();)
        if (!packages[i].tests.empty()) compile(packages[i], request, stop);
    });
    std::map<std::string, int> of_suite;
    for (const auto& package : packages) of_suite[package.suite()] += !package.tests.empty();
    std::vector<TestCase> tests;
    for (const auto& package : packages) {
      const auto suite = of_suite[package.suite()] > 1 ? package.import_path : package.suite();
      for (const auto& name : package.tests) tests.push_back(test_of(name, suite, package, request));
    }
    return tests;
  }

  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    return share_go_process(request);
  }

  TestCall call(const CallRequest& request) const override {
    return go_call(request.test, request.test.id, request.record, {});
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
    for (auto& entry : record.entries)
      if (entry.id == test.id) skip_without_subtest(entry, test, go);
    return record;
  }

 private:
  static TestCase test_of(const std::string& name, const std::string& suite, const GoPackage& package,
                          const ListRequest& request) {
    TestCase test{.program = &request.program,
                  .suite = shown_name(suite),
                  .name = shown_name(name),
                  .id = name,
                  .call = program_of(package, request).string(),
                  .dir = package.dir.string()};
    for (const auto& file : package.files)
      if (const int line = line_of(package.dir / file, "^func " + RE2::QuoteMeta(name) + "\\("); line > 0) {
        test.file = (package.dir / file).lexically_relative(request.root).string();
        test.line = line;
      }
    return test;
  }
};

}  // namespace

const Framework& go_framework() {
  static const GoTests only;
  return only;
}

}  // namespace harness
