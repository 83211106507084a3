#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "testrun/documents.h"
#include "testrun/load.h"
#include "testrun/status.h"

namespace harness::testrun {

/// What a run has to tell, as documents: those that its steps exported, for an index of the definition's
/// name, each with `tm_meta`; and in the index "testmachinery" a summary of each step and of the run.
/// `remarks` gets a line for each exported file that holds none.
std::vector<Document> results_of(const Loaded& loaded, const RunState& state,
                                 const std::filesystem::path& run_dir, std::vector<std::string>& remarks);

/// JUnit XML: a suite for testflow and one for onExit, every node a case; one that did not run is skipped,
/// with the reason.
std::string junit_of(const Plan& plan, const RunState& state, const std::filesystem::path& run_dir);

/// results.ndjson (results_of, in the bulk format) and junit_01.xml in the run's folder. Returns the
/// documents.
std::vector<Document> write_results(const Loaded& loaded, const RunState& state,
                                    const std::filesystem::path& run_dir, std::vector<std::string>& remarks);

}  // namespace harness::testrun
