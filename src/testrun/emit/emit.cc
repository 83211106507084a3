#include "testrun/emit/emit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "testrun/emit/context.h"

namespace harness::testrun {

namespace {

const std::vector<std::pair<std::string, Engine>> kEngines{{"tekton", Engine::tekton},
                                                           {"argo", Engine::argo},
                                                           {"prowjob", Engine::presubmit},
                                                           {"prowjob:presubmit", Engine::presubmit},
                                                           {"prowjob:postsubmit", Engine::postsubmit},
                                                           {"prowjob:periodic", Engine::periodic},
                                                           {"kubernetes", Engine::kubernetes}};

}  // namespace

Engine engine_of(const std::string& word) {
  std::vector<std::string> words;
  for (const auto& [name, engine] : kEngines) {
    if (name == word) return engine;
    words.push_back(name);
  }
  const auto near = nearest(word, words);
  throw Error(fmt::format("-emit={}: it must be one of {}{}", word, join(words, ", "), near ? " (did you mean " + *near + "?)" : ""), {});
}

Emitted emit(const Loaded& loaded, const EmitSettings& settings) {
  Context context(loaded, settings);
  Emitted emitted;
  if (has_own_pods(settings.engine)) {
    if (settings.attempts > 1) context.warn("-attempts: there each step is tried again, not the whole run");
    if (settings.jobs > 0 && settings.engine != Engine::argo) context.warn("-j: there as many run at once as there is room for");
    if (loaded.run.kubeconfigs.empty()) context.warn("the Testrun has no kubeconfigs: there TM_KUBECONFIG_PATH is empty at the beginning");
  }
  switch (settings.engine) {
    case Engine::tekton: emitted.documents = tekton(context); break;
    case Engine::argo: emitted.documents = argo(context); break;
    case Engine::kubernetes: emitted.documents = kubernetes(context); break;
    case Engine::presubmit:
    case Engine::postsubmit:
    case Engine::periodic: emitted.documents = prow(context); break;
  }
  emitted.remarks = context.remarks();
  return emitted;
}

}  // namespace harness::testrun
