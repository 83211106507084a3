// Setup's part that looks once more whether what was rolled out still runs.
#include <algorithm>

#include "cli/setup.h"
#include "deploy/steady.h"

namespace harness {

void Setup::wait_until_steady(std::stop_token stop) {
  if (applied_) snapshot_.emplace(*cluster_.api);  // as this run leaves it
  std::vector<Object> objects;
  int timeout_seconds = 0;
  for (const auto& component : context_.project.components) {
    const auto& written = context_.objects.written(component);
    objects.insert(objects.end(), written.begin(), written.end());
    timeout_seconds = std::max(timeout_seconds, component.timeout_seconds);
  }
  auto task = context_.terminal.start("wait", "pods");
  if (harness::wait_until_steady(*cluster_.api, *snapshot_, objects, waiting("pods", timeout_seconds, task),
                                 stop))
    snapshot_.emplace(*cluster_.api);
}

}  // namespace harness
