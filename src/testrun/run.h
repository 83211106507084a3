#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "base/terminal.h"
#include "testrun/host_executor.h"
#include "testrun/load.h"
#include "testrun/status.h"

namespace harness::testrun {

struct RunSettings {
  std::filesystem::path runs;          ///< each run has a folder in it, which stays
  std::filesystem::path kubeconfig;    ///< of the harness's cluster; it need not be there
  std::string instance;                ///< HARNESS_INSTANCE, for steps that call the harness
  std::string name_space = "default";  ///< HARNESS_NAMESPACE: where its components are
  bool stream = false;                 ///< prints what steps print as well, as it comes
  int jobs = 1;                        ///< nodes at once
  std::string helper_image;            ///< of pods: PodSettings
  std::function<LookUp(const std::string& name_space)> look_up;
};

/// What came of a run, and where it is kept.
struct RunResult {
  RunState state;
  std::filesystem::path dir;
};

/// Runs the testflow, and then in any case onExit, which `stop` does not end. Keeps status.json all the time.
/// Says on the terminal what happens.
RunResult run(const Loaded& loaded, const RunSettings& settings, Terminal& terminal, std::stop_token stop);

}  // namespace harness::testrun
