#pragma once

#include <chrono>

#include "lib/kube.h"

namespace ci {

struct Swept {
  int jobs = 0, pods = 0;
};

/// Deletes managed jobs that ended more than `max_age` ago and were reported (or ended ten times as long ago,
/// reported or not), and managed pods whose job is gone. Throws Unreachable and Refused.
Swept sweep(const Kube& kube, std::chrono::seconds max_age);

}  // namespace ci
