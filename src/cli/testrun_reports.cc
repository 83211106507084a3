#include "cli/testrun_reports.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "suite/prow.h"
#include "testrun/locations.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

const std::set<std::string> kReports{"status.json", "results.ndjson", "junit_01.xml", "log.txt"};

}  // namespace

TestrunReports::TestrunReports(const Options& options, const fs::path& root, Terminal& terminal,
                               std::stop_token stop)
    : dir_(options.artifacts.empty() ? fs::path() : fs::absolute(options.artifacts)),
      prow_(options.artifacts_flag) {
  if (!prow_) return;
  write_started(dir_, testrun::local_place(root, stop).commit);
  terminal.copy_to(dir_ / "build-log.txt");
}

void TestrunReports::add(const fs::path& run) {
  if (dir_.empty()) return;
  const auto to = prow_ ? dir_ / "artifacts" : dir_;
  const auto own = to / run.filename();
  create_folders(own);
  for (const auto& entry : fs::recursive_directory_iterator(run)) {
    const auto copy = own / entry.path().lexically_relative(run);
    const auto name = entry.path().filename();
    if (entry.is_symlink() || entry.path() == run / "lock") continue;
    if (entry.is_directory()) create_folders(copy);
    if (!entry.is_regular_file()) continue;
    fs::copy_file(entry.path(), copy, fs::copy_options::overwrite_existing);
    // What the harness wrote is there to be read; what steps wrote stays as private as they made it.
    if (kReports.contains(name.string()))
      fs::permissions(copy, static_cast<fs::perms>(mode_in(copy.parent_path())));
  }
  write_file_atomically(to / fmt::format("junit_{:02}.xml", ++runs_), read_file(run / "junit_01.xml"));
}

void TestrunReports::end(int exit_code) const {
  if (prow_)
    write_finished(dir_, exit_code == kPassed        ? "SUCCESS"
                         : exit_code == kInterrupted ? "ABORTED"
                                                     : "FAILURE");
}

}  // namespace harness
