#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>

namespace harness {

/// A port of 127.0.0.1 that leads to one of a workload in the cluster, by `kubectl port-forward`, as long as
/// this object lives; begun anew whenever it ends, as it does with the pod. Nothing has to be there yet.
class PortForward {
 public:
  /// `target`: "deployment/gateway". Its standard error is not kept: who asks at the port sees whether it is
  /// answered.
  PortForward(const std::filesystem::path& kubeconfig, const std::string& name_space,
              const std::string& target, int target_port, int port);
  /// Returns once something answers there, or after `patience`.
  void wait(std::chrono::milliseconds patience, std::stop_token stop) const;
  std::string url() const { return "http://localhost:" + std::to_string(port_); }

 private:
  const int port_;
  std::jthread thread_;
};

}  // namespace harness
