#pragma once

#include <functional>

namespace test {

/// Runs `cleanup` at the end of the current test, also when that fails or throws, and before the next one
/// begins; the one that was deferred last runs first. One that throws is a failure of the test, and the
/// others still run.
///
/// The test's local objects, TearDown() and the fixture's destructor come before it: capture by value,
/// nothing of the test or its fixture. An object whose destructor cleans up (TestNamespace, Pod) is gone by
/// then; what must go before such an object belongs into an object too.
void defer_cleanup(std::function<void()> cleanup);

}  // namespace test
