#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "cli/edits.h"
#include "config/options.h"

namespace harness {

/// A run as `options` say; its exit code. It shows its own errors.
using Round = std::function<int(const Options& options, std::stop_token stop)>;

/// What components.yaml says of files now; asked as each round begins. May throw.
using FilesOf = std::function<ProjectFiles()>;

/// -watch: runs `round`, and again after each edit of a file below `root` that git does not ignore
/// (cli/edits.h); a round that still runs is cancelled. On a terminal the keys r (again), a (all tests), q
/// (quit). Returns after q the last round's exit code, and kInterrupted after a Ctrl-C.
int watch(const std::filesystem::path& root, const Options& options, const Round& round,
          const FilesOf& files_of, std::stop_token stop);

/// What no round depends on: what git ignores, what harness and editors keep beside the files.
bool is_noise(const std::string& path);

}  // namespace harness
