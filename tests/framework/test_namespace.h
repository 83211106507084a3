#pragma once

#include <string>

#include "framework/cluster.h"

namespace test {

/// A namespace of this test's own. The destructor deletes it and waits until everything in it is gone, also
/// when the test has failed or thrown: then what is known of its pods is kept first (save_pod). One that is
/// still there after 60 s (`scaled`) is a failure of the test, and what holds it is printed and kept in
/// $HARNESS_ARTIFACTS. Objects that clean up inside of it (Pod, CiJob) are declared after it. With
/// HARNESS_KEEP_NAMESPACES=1 it stays, with the label test.harness/kept=true.
class TestNamespace {
 public:
  /// Pods can be made in it at once. `suffix` tells several of one test apart.
  explicit TestNamespace(const std::string& suffix = "");
  ~TestNamespace();
  TestNamespace(const TestNamespace&) = delete;
  TestNamespace& operator=(const TestNamespace&) = delete;

  const std::string& name() const { return ref_.name; }

 private:
  Ref ref_;
};

}  // namespace test
