#pragma once

#include "base/terminal.h"
#include "cluster/instance.h"
#include "config/options.h"
#include "suite/history.h"

namespace harness {

/// `harness history [TEST]`: what runs of this instance came to, of all tests or of those whose name matches.
/// Throws Error (kUsage) where none does.
void show_history(const Options& options, const Instance& instance, Terminal& terminal);

/// The run that begins now: the commit that the project's folder has checked out. Asks git, and changes
/// nothing there.
HistoryRun history_run(const std::filesystem::path& root);

}  // namespace harness
