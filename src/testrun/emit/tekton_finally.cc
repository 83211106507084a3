#include "testrun/emit/tekton_finally.h"

#include <fmt/format.h>

#include "tell_finally_sh.h"
#include "testrun/emit/folders.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"

namespace harness::testrun {

Finally::Finally(const Flow& on_exit) : flow_(on_exit), ends_(latest_ends(on_exit)) {}

std::string Finally::before(size_t node) const {
  std::string lines;
  for (const auto one : ancestors(flow_, node)) {
    const auto condition = flow_.nodes[one].step->condition;
    lines += fmt::format("{} {} {} {}\n", path_on_volume(flow_.nodes[one]),
                         condition == Condition::always    ? "always"
                         : condition == Condition::success ? "success"
                                                           : "error",
                         ends_[one].count(), needs(flow_, one, node) ? "yes" : "no");
  }
  return lines;
}

Json telling_step(const Node& node, const std::string& image) {
  return {{"name", "ended"},
          {"image", image},
          {"command", {"sh", "-c", std::string(kTellFinallySh)}},
          {"env", Json::array({{{"name", "OWN"}, {"value", path_on_volume(node)}},
                               {{"name", "EXIT_CODE_FILE"}, {"value", "$(steps.step-main.exitCode.path)"}}})},
          {"workspaces", whole_volume()}};
}

Json whole_volume() { return Json::array({{{"name", kRunVolume}, {"mountPath", kRunFolder}}}); }

}  // namespace harness::testrun
