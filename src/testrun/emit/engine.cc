#include "testrun/emit/engine.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

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
  throw Error(fmt::format("testrun emit {}: it must be one of {}{}", word, join(words, ", "),
                          near ? " (did you mean " + *near + "?)" : ""),
              {.exit_code = kUsage});
}

}  // namespace harness::testrun
