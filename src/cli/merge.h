#pragma once

#include "base/terminal.h"
#include "config/options.h"

namespace harness {

/// `harness merge DIR... -o DIR`: the reports of several runs as one, and the exit code of them all: that of
/// a run where each test passed or was skipped, else kTestsFailed. What is missing of a run that was cut into
/// shards is said, and is a failure. Throws Error (kUsage) where a folder has no results, or where two runs
/// have one test.
int merge_results(const Options& options, const std::string& command, Terminal& terminal);

}  // namespace harness
