// The tests of a chart: Jobs and Pods, which AttemptSettings::run_chart_test runs.
#include <stdexcept>

#include "suite/names.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

std::logic_error no_program(const TestCase& test) {
  return std::logic_error(test.full_name() + " is a test of a chart, and no program");
}

class ChartTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token) const override {
    std::vector<TestCase> tests;
    for (const auto& name : request.chart_tests)
      tests.push_back({.program = &request.program,
                       .suite = shown_name(request.program.path),
                       .name = shown_name(name),
                       .id = name});
    return tests;
  }
  TestCall call(const CallRequest& request) const override { throw no_program(request.test); }
  Record read(const CallRequest& request, const std::filesystem::path&, const ProcessResult&) const override {
    throw no_program(request.test);
  }
  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    throw no_program(*request.tests.at(0));
  }
};

}  // namespace

const Framework& helm_framework() {
  static const ChartTests only;
  return only;
}

}  // namespace harness
