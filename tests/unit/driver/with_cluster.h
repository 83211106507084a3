#pragma once

#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "image/memory_registry.h"

/// The driver on a sample project, with a registry and a cluster in memory.
class DriverWithClusterTest : public DriverTest {
 protected:
  DriverWithClusterTest() {
    env_["FAKE_API"] = (folder_ / "api").string();
    env_["FAKE_API_HOST"] = cluster_.host();
    registry_.store_manifest("harness/gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
  }
  DriverEnd expect_success(const std::vector<std::string>& args) {
    auto end = run(args);
    EXPECT_EQ(end.code, 0) << end.out << end.err;
    return end;
  }

  const TempProject folder_;
  MemoryRegistry registry_;
  const SampleTree tree_{project_, registry_.host()};
  FakeCluster cluster_{(folder_ / "api").string()};
};
