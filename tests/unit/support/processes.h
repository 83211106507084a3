#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Waits until `condition` holds; false when it still does not after `limit`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(20));

/// Whether a process is there and is no zombie.
bool is_running(pid_t pid);

/// The pids that a script wrote into a file, one a line (`echo $$ >> file`), once there are `count`.
std::vector<pid_t> pids_in(const std::filesystem::path& file, size_t count);

/// `text` as a file has it, "" where there is none (yet).
std::string text_of(const std::filesystem::path& file);
