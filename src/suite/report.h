#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suite/runner.h"

namespace harness {

/// JUnit XML as Jenkins and Prow's viewers read it (https://github.com/testmoapp/junitxml). A flaky test has surefire's <flakyFailure>.
std::string junit_xml(const std::vector<TestResult>& results);

/// Every test with all that is known of it (docs/components.md, "Reports").
std::string results_json(const std::vector<TestResult>& results);

/// Test Anything Protocol 14 (https://testanything.org/tap-version-14-specification.html).
std::string tap_text(const std::vector<TestResult>& results);

/// junit_01.xml, results.json and tap.txt in `dir`, each whole at any moment.
void write_reports(const std::filesystem::path& dir, const std::vector<TestResult>& results);

/// "passed", "failed", "skipped", "flaky", "not run".
const char* status_word(TestResult::Status status);

/// Why a test that has no result did not run.
std::string why_not_run(const TestResult& result);

}  // namespace harness
