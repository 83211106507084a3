#include "testrun/emit/tekton_finally.h"

#include <fmt/format.h>

#include "testrun/emit/folders.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"

namespace harness::testrun {

Finally::Finally(const Flow& on_exit) : flow_(on_exit), ends_(latest_ends(on_exit)) {}

std::string Finally::waiting_script(size_t node) const {
  const auto before = ancestors(flow_, node);
  const auto own = path_on_volume(flow_.nodes[node]);
  auto text = fmt::format("mkdir -p /tm/run/{0}\nrm -f /tm/run/{0}/ended\n", own);
  if (before.empty()) return text;
  text += "case $TM_PHASE in Succeeded|Completed) good=success ;; *) good=error ;; esac\n";
  text += fmt::format("after() {{  # FOLDER CONDITION SECONDS NEEDED\n  if [ $2 != always ] && [ $2 != $good ]; then return; fi\n  left=$3 code=1\n"
                      "  until [ -e /tm/run/$1/ended ] || [ $left -le 0 ]; do sleep 1; left=`expr $left - 1`; done\n  if [ -e /tm/run/$1/ended ]; then read -r code </tm/run/$1/ended; fi\n"
                      "  if [ $4 = no ] || [ $code = 0 ]; then return; fi\n  echo \"skipped: $1 failed\"\n  echo 1 >/tm/run/{}/ended\n  exit 1\n}}\n",
                      own);
  for (const auto one : before) {
    const auto condition = flow_.nodes[one].step->condition;
    text += fmt::format("after {} {} {} {}\n", path_on_volume(flow_.nodes[one]), condition == Condition::always ? "always" : condition == Condition::success ? "success" : "error", ends_[one].count(),
                        needs(flow_, one, node) ? "yes" : "no");
  }
  return text;
}

Json telling_step(const Node& node, const std::string& image) {
  return {{"name", "ended"},
          {"image", image},
          {"command", {"sh", "-c", fmt::format("read -r code <$(steps.step-main.exitCode.path)\necho $code >{}/{}/ended\nexit $code\n", kRunFolder, path_on_volume(node))}},
          {"workspaces", whole_volume()}};
}

Json whole_volume() { return Json::array({{{"name", kRunVolume}, {"mountPath", kRunFolder}}}); }

}  // namespace harness::testrun
