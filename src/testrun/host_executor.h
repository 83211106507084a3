#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "testrun/executor.h"

namespace harness::testrun {

/// The value of a key of a Secret or ConfigMap, decoded. Throws Error where it cannot be had.
using LookUp = std::function<std::string(const KeyRef& ref, std::stop_token stop)>;

/// Runs nodes as processes of this machine: the working folder is the location's root, the output goes to the
/// node's log.
class HostExecutor : public Executor {
 public:
  struct Settings {
    std::map<std::string, std::string>
        env;  ///< what every node finds, besides this process's own environment
    LookUp look_up;
  };
  explicit HostExecutor(Settings settings) : settings_(std::move(settings)) {}

  /// After the definition's deadline the process group gets SIGTERM, 2 s later SIGKILL. An untrusted node
  /// gets no environment but what it is given here, nothing of Secrets, and where this is root another user
  /// (65534) without a way back.
  Outcome run(const Node& node, const NodeFolders& folders, Phase phase, std::stop_token stop) const override;

 private:
  std::map<std::string, std::string> environment(const Node& node, const NodeFolders& folders, Phase phase,
                                                 std::stop_token stop) const;

  const Settings settings_;
};

}  // namespace harness::testrun
