#pragma once

#include <gtest/gtest.h>

#include "base/error.h"

/// The Error that `work` throws; where it throws none the test fails and the answer is empty.
template <class Work>
harness::Error error_of(Work&& work) {
  try {
    work();
  } catch (const harness::Error& e) {
    return e;
  }
  ADD_FAILURE() << "no Error was thrown";
  return harness::Error("", {.exit_code = harness::kUsage});
}
