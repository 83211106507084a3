// Go's testing: https://pkg.go.dev/testing. A package's test program is compiled once and called for each
// test, as `go test` calls it.
#include "suite/programs/framework.h"
#include "suite/programs/go_call.h"
#include "suite/programs/go_programs.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

class GoTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& given, std::stop_token stop) const override {
    const auto request = with_go_build_flags(given, stop);
    const auto packages = go_packages(request, stop);
    const auto tests_of = [&](const GoPackage& package) {
      build_go_program(package, request, {}, stop);
      std::vector<TestCase> tests;
      for (const auto& name : package.tests) tests.push_back(go_test(name, package, request));
      return tests;
    };
    return tests_of_packages(packages, request, tests_of, stop);
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
};

}  // namespace

const Framework& go_framework() {
  static const GoTests only;
  return only;
}

}  // namespace harness
