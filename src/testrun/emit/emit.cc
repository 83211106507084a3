#include "testrun/emit/emit.h"

#include "testrun/emit/context.h"

namespace harness::testrun {

Emitted emit(const Loaded& loaded, const EmitSettings& settings) {
  Context context(loaded, settings);
  Emitted emitted;
  if (has_own_pods(settings.engine)) {
    if (settings.attempts > 1) context.warn("-attempts: there each step is tried again, not the whole run");
    if (settings.jobs > 0 && settings.engine != Engine::argo)
      context.warn("-j: there as many run at once as there is room for");
    if (loaded.run.kubeconfigs.empty())
      context.warn("the Testrun has no kubeconfigs: there TM_KUBECONFIG_PATH is empty at the beginning");
  }
  switch (settings.engine) {
    case Engine::tekton:
      emitted.documents = tekton(context);
      break;
    case Engine::argo:
      emitted.documents = argo(context);
      break;
    case Engine::kubernetes:
      emitted.documents = kubernetes(context);
      break;
    case Engine::presubmit:
    case Engine::postsubmit:
    case Engine::periodic:
      emitted.documents = prow(context);
      break;
  }
  expect_no_marks(settings.engine, emitted.documents);
  emitted.remarks = context.remarks();
  return emitted;
}

}  // namespace harness::testrun
