#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "testrun/load.h"

namespace harness::testrun {

/// What a Testrun can be turned into.
enum class Engine {
  tekton,      ///< a Pipeline and a PipelineRun (https://tekton.dev/docs/pipelines/)
  argo,        ///< a Workflow (https://argo-workflows.readthedocs.io/)
  presubmit,   ///< jobs of Prow (https://docs.prow.k8s.io/docs/jobs/) that run the harness
  postsubmit,
  periodic,
  kubernetes,  ///< plain Jobs (https://kubernetes.io/docs/concepts/workloads/controllers/job/)
};

/// "tekton", "prowjob:periodic". Throws Error (kUsage) with the words that there are.
Engine engine_of(const std::string& word);
/// It runs steps itself, in pods, and not by the harness.
inline bool has_own_pods(Engine engine) { return engine == Engine::tekton || engine == Engine::argo || engine == Engine::kubernetes; }

struct EmitSettings {
  Engine engine = Engine::tekton;
  int attempts = 1;
  int jobs = 0;                     ///< nodes at once; 0: as many as there is room for
  std::filesystem::path root;       ///< of the project
  std::vector<std::string> flags;   ///< with which the harness runs the Testrun in a job of Prow
};

struct Emitted {
  std::vector<nlohmann::ordered_json> documents;
  std::vector<std::string> remarks;  ///< what the engine does not do as the harness does
};

/// The objects that run the same plan on another engine. Throws Error (kUsage) where an annotation is missing or wrong.
Emitted emit(const Loaded& loaded, const EmitSettings& settings);

}  // namespace harness::testrun
