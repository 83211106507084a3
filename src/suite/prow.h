#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

// The files of a job as Prow's viewers, TestGrid and Gubernator look for them
// (https://docs.prow.k8s.io/docs/metadata-artifacts/): started.json, finished.json, build-log.txt,
// artifacts/junit_*.xml.

/// `commit` may be empty.
void write_started(const std::filesystem::path& dir, const std::string& commit);

/// `result` is SUCCESS, FAILURE or ABORTED.
void write_finished(const std::filesystem::path& dir, const std::string& result);

/// A job that began there and never ended, since what ran it was killed, is ABORTED. Says whether there was
/// one.
bool finish_killed(const std::filesystem::path& dir);

}  // namespace harness
