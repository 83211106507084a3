#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string_view>

namespace harness {

/// Reads a file that somebody may be writing. `begin` gets its status, `piece` its contents bit by bit. Where
/// it changed meanwhile, all of that comes again, a few times at most; then Error (kBuild), "FILE changes
/// while it is read". Throws Error (kBuild) naming a file that cannot be read.
void read_steadily(const std::filesystem::path& file, const std::function<void(const struct stat&)>& begin,
                   const std::function<void(std::string_view)>& piece);

}  // namespace harness
