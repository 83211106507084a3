#include "cli/testrun_reports.h"

#include <fmt/format.h>

#include "base/error.h"
#include "suite/prow.h"
#include "testrun/locations.h"

namespace harness {

namespace fs = std::filesystem;

TestrunReports::TestrunReports(const Options& options, const fs::path& root, Terminal& terminal, std::stop_token stop)
    : dir_(options.artifacts.empty() ? fs::path() : fs::absolute(options.artifacts)), prow_(options.artifacts_flag) {
  if (!prow_) return;
  write_started(dir_, testrun::local_place(root, stop).commit);
  terminal.copy_to(dir_ / "build-log.txt");
}

void TestrunReports::add(const fs::path& run) {
  if (dir_.empty()) return;
  const auto to = prow_ ? dir_ / "artifacts" : dir_;
  const auto own = to / run.filename();
  fs::create_directories(own);
  fs::copy(run, own, fs::copy_options::recursive | fs::copy_options::skip_symlinks);
  fs::remove(own / "lock");
  fs::copy_file(run / "junit_01.xml", to / fmt::format("junit_{:02}.xml", ++runs_), fs::copy_options::overwrite_existing);
}

void TestrunReports::end(int exit_code) const {
  if (prow_) write_finished(dir_, exit_code == kPassed ? "SUCCESS" : exit_code == kInterrupted ? "ABORTED" : "FAILURE");
}

}  // namespace harness
