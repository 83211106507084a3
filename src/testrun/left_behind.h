#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace harness::testrun {

// What a run leaves whose process was killed.

/// Ends every process of it, whatever groups they made: all that find its id in their TM_TESTRUN_ID, but for
/// this one. SIGTERM, and after `grace` SIGKILL. Returns how many there were.
size_t end_processes_of(const std::string& run_id,
                        std::chrono::milliseconds grace = std::chrono::seconds(10));

/// Removes the folders of its nodes ("setup", "onExit/clean-up") that are not kept: kubeconfigs and files of
/// the configuration may be secrets.
void remove_folders_of(const std::filesystem::path& run_dir, const std::vector<std::string>& nodes);

}  // namespace harness::testrun
