// Ginkgo 2: https://onsi.github.io/ginkgo. Its suites are Go packages; each spec is a test. A file of ours
// that is compiled into the suite, harness_ginkgo.go, says which specs there are and records how they end.
#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "suite/programs/ginkgo_call.h"
#include "suite/programs/ginkgo_record.h"
#include "suite/programs/ginkgo_suite.h"
#include "suite/programs/go_programs.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

/// Of one package: its specs, and what else `go test` would run.
std::vector<TestCase> tests_of(const GoPackage& package, const ListRequest& request, std::stop_token stop) {
  const auto functions = ginkgo_functions(package);
  if (functions.empty())
    build_go_program(package, request, {}, stop);
  else
    build_ginkgo_program(package, request, stop);
  auto tests = functions.empty() ? std::vector<TestCase>{} : ginkgo_specs(package, functions, request, stop);
  const bool has_specs = !tests.empty();
  for (const auto& name : package.tests)
    if (!has_specs || std::find(functions.begin(), functions.end(), name) == functions.end())
      tests.push_back(go_test(name, package, request));
  return tests;
}

class GinkgoTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& given, std::stop_token stop) const override {
    const auto request = with_go_build_flags(given, stop);
    if (const auto flags = request.env.at("GOFLAGS"); flags.find("-overlay") != std::string::npos)
      throw Error(
          request.program.path + ": GOFLAGS has -overlay, and the harness needs one of its own: " + flags,
          {.hint = "list it with `go:` in place of `ginkgo:`", .exit_code = kBuild});
    const auto packages = go_packages(request, stop);
    auto tests = tests_of_packages(
        packages, request, [&](const GoPackage& package) { return tests_of(package, request, stop); }, stop);
    if (std::none_of(packages.begin(), packages.end(), [](const auto& one) { return one.uses_ginkgo; }) &&
        std::none_of(tests.begin(), tests.end(), [](const auto& test) { return test.breakage.has_value(); }))
      throw Error(
          request.program.path + ": no test of its packages uses github.com/onsi/ginkgo/v2",
          {.hint = "`go:` in place of `ginkgo:` lists tests of Go's testing, and suites of Ginkgo 1 as one "
                   "test each",
           .exit_code = kBuild});
    return tests;
  }

  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    return request.tests.front()->is_spec ? share_ginkgo_process(request) : go_framework().share(request);
  }

  TestCall call(const CallRequest& request) const override {
    if (!request.test.is_spec) return go_framework().call(request);
    auto specs = request.before;
    specs.push_back(&request.test);
    return ginkgo_call(specs, GinkgoFiles(request.record), "", {});
  }

  Record read(const CallRequest& request, const fs::path& log, const ProcessResult& ended) const override {
    if (!request.test.is_spec) return go_framework().read(request, log, ended);
    const GinkgoFiles files(request.record);
    GinkgoRecord told;
    std::error_code missing;
    if (fs::exists(files.record, missing))
      for (const auto& event : ginkgo_events(read_file(files.record))) told.add(event);
    Record record{.entries = told.entries(), .problem = told.problem(files.take())};
    if (!told.began(request.test.id) && !told.left_out().empty())
      record.entries.push_back({.id = request.test.id, .end = End::skipped, .reason = told.left_out()});
    return record;
  }
};

}  // namespace

const Framework& ginkgo_framework() {
  static const GinkgoTests only;
  return only;
}

}  // namespace harness
