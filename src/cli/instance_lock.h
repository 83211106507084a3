#pragma once

#include <stop_token>
#include <string>

#include "base/files.h"
#include "base/terminal.h"
#include "cluster/instance.h"

namespace harness {

/// The instance as this process's own, until the lock's end. Where another run has it, says who and since
/// when, and waits until that has ended; with `wait` false throws Error (kCluster) at once. Throws Cancelled
/// when `stop` was requested meanwhile.
FileLock lock_instance(const Instance& instance, const std::string& name, bool wait, Terminal& terminal,
                       std::stop_token stop);

}  // namespace harness
