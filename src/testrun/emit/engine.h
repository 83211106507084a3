#pragma once

#include <string>

namespace harness::testrun {

/// What a Testrun can be turned into.
enum class Engine {
  tekton,     ///< a Pipeline and a PipelineRun (https://tekton.dev/docs/pipelines/)
  argo,       ///< a Workflow (https://argo-workflows.readthedocs.io/)
  presubmit,  ///< jobs of Prow (https://docs.prow.k8s.io/docs/jobs/) that run the harness
  postsubmit,
  periodic,
  kubernetes,  ///< plain Jobs (https://kubernetes.io/docs/concepts/workloads/controllers/job/)
};

/// "tekton", "prowjob:periodic". Throws Error (kUsage) with the words that there are.
Engine engine_of(const std::string& word);
/// It runs steps itself, in pods, and not by the harness.
inline bool has_own_pods(Engine engine) {
  return engine == Engine::tekton || engine == Engine::argo || engine == Engine::kubernetes;
}

}  // namespace harness::testrun
