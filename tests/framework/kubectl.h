#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "framework/process.h"

namespace test {

/// Runs kubectl on the cluster of $KUBECONFIG; throws with its output when it fails.
std::string kubectl(std::vector<std::string> args, const std::string& input = "");

/// A pod in namespace default, deleted with this object. When the test has failed, its description and logs
/// are kept in $HARNESS_ARTIFACTS.
class Pod {
 public:
  /// `spec` is the pod's spec as JSON; a deadline is put on it, should the test not be there to delete it.
  Pod(const std::string& name, nlohmann::json spec);
  ~Pod();
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  /// Watches until the pod has ended: "Succeeded" or "Failed". Throws, with what kubectl describes, where it
  /// cannot start or does not end in time.
  std::string wait_until_ended(std::chrono::seconds deadline = std::chrono::seconds(90));
  std::string logs(const std::string& container) const;

 private:
  void save() const;

  std::string name_;
};

}  // namespace test
