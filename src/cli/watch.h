#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "config/options.h"

namespace harness {

/// A run as `options` say; its exit code. It shows its own errors.
using Round = std::function<int(const Options& options, std::stop_token stop)>;

/// -watch: runs `round`, and again after each change of a file below `root` that git does not ignore; a round that still runs is cancelled. On a terminal
/// the keys r (again), a (all tests), q (quit). Returns after q the last round's exit code, and kInterrupted after a Ctrl-C.
int watch(const std::filesystem::path& root, const Options& options, const Round& round, std::stop_token stop);

/// What no round depends on: what git ignores, what harness and editors keep beside the files.
bool is_noise(const std::string& path);

}  // namespace harness
