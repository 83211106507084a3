#pragma once

#include <filesystem>

#include "base/terminal.h"

namespace harness {

/// Writes a small working start into `folder`: one service, its manifest, one test. Throws Error (kUsage),
/// having written nothing, where one of its files is there already.
void init_project(const std::filesystem::path& folder, Terminal& terminal);

}  // namespace harness
