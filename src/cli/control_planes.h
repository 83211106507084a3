#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/setup.h"
#include "cluster/control_plane/control_plane.h"

namespace harness {

/// "kindest/node:v1.34.0". Throws Error (kUsage) where cluster-config/kind.yaml names none.
std::string control_plane_image(const Project& project);

/// The control planes of the entries with `cluster: control-plane`, for as long as their tests run.
class ControlPlanes {
 public:
  /// Starts one for each entry that has one of `tests`, side by side. Their data goes with this object, their
  /// logs are kept in artifacts/control-plane/ENTRY. Throws the first Error, and Cancelled.
  ControlPlanes(const std::vector<TestCase>& tests, const Context& context, std::stop_token stop);

  /// What the tests of each such entry find in their environment.
  std::map<const TestProgram*, std::map<std::string, std::string>> environments(
      const std::string& run_id) const;

 private:
  const Context& context_;
  std::map<const TestProgram*, std::unique_ptr<ControlPlane>> all_;
};

}  // namespace harness
