#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "framework/cluster.h"
#include "framework/environment.h"
#include "framework/process.h"

namespace test {

/// A pod that runs once, deleted with this object. When the test has failed, its state, events and logs are
/// kept in $HARNESS_ARTIFACTS.
///   const test::Pod pod(test::unique_name(), {{"containers", {{{"name", "tool"}, {"image", ...}}}}});
///   EXPECT_EQ(test::wait_until_pod_ended(pod.ref()), "Succeeded") << test::logs(pod.ref(), "tool");
class Pod {
 public:
  /// `spec` is the pod's spec as JSON; a deadline is put on it, should the test not be there to delete it.
  Pod(const std::string& name, nlohmann::json spec, const std::string& name_space = own_namespace());
  ~Pod();
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  const Ref& ref() const { return ref_; }

 private:
  Ref ref_;
};

/// Writes a pod's state, events and logs to $HARNESS_ARTIFACTS/pod-NAME.txt, before they are gone with it.
/// Throws nothing.
void save_pod(const Ref& pod);

/// What a container of a pod has printed so far.
std::string logs(const Ref& pod, const std::string& container);

/// Runs a program in a container of a pod: exec(pod, "web", {"cat", "/etc/hostname"}).out.
Result exec(const Ref& pod, const std::string& container, const std::vector<std::string>& args,
            const std::string& input = "");

}  // namespace test
