#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "testrun/emit/engine.h"
#include "testrun/load.h"

namespace harness::testrun {

struct EmitSettings {
  Engine engine = Engine::tekton;
  int attempts = 1;
  int jobs = 0;                    ///< nodes at once; 0: as many as there is room for
  std::filesystem::path root;      ///< of the project
  std::vector<std::string> flags;  ///< with which the harness runs the Testrun in a job of Prow
};

struct Emitted {
  std::vector<nlohmann::ordered_json> documents;
  std::vector<std::string> remarks;  ///< what the engine does not do as the harness does
};

/// The objects that run the same plan on another engine. Throws Error (kUsage) where an annotation is missing
/// or wrong.
Emitted emit(const Loaded& loaded, const EmitSettings& settings);

}  // namespace harness::testrun
