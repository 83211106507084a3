#pragma once

#include <filesystem>

namespace harness {

/// Makes $TMPDIR an absolute path, for children in other folders; where it is empty it is /tmp. Throws Error
/// (kUsage) where no file can be made in it: before anything else is.
void settle_temporary_folder();

/// A path for a private folder for sockets, which is not there yet: for a TempDir. A socket's path has at
/// most 107 bytes (unix(7)), $TMPDIR may have more: then it is in $XDG_RUNTIME_DIR, /tmp, /var/tmp or
/// /dev/shm, whichever can be written first. There those of processes that were killed are removed by the
/// next one. Throws Error (kCluster) where none can be.
std::filesystem::path socket_folder();

}  // namespace harness
