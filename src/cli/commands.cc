#include "cli/commands.h"

#include <algorithm>

#include "base/text.h"
#include "completion_txt.h"
#include "control_plane_txt.h"
#include "doctor_txt.h"
#include "gc_txt.h"
#include "help_txt.h"
#include "history_txt.h"
#include "init_txt.h"
#include "merge_txt.h"
#include "restart_txt.h"
#include "testrun_txt.h"

namespace harness {

namespace {

const std::set<std::string> kOfTests{"all",
                                     "run",
                                     "skip",
                                     "labels",
                                     "shard",
                                     "timings",
                                     "failed",
                                     "list",
                                     "json",
                                     "j",
                                     "timeout",
                                     "fail-fast",
                                     "retry",
                                     "shuffle",
                                     "repeat",
                                     "stress",
                                     "build",
                                     "no-setup",
                                     "watch",
                                     "clear",
                                     "strict",
                                     "keep",
                                     "teardown",
                                     "verbose",
                                     "until-it-fails",
                                     "config",
                                     "name",
                                     "kubeconfig",
                                     "context",
                                     "no-wait",
                                     "help",
                                     "version",
                                     "artifacts",
                                     "save-logs",
                                     "no-dump",
                                     "keep-namespaces",
                                     "dry-run",
                                     "wait-anyway",
                                     "no-setup-kind-cluster"};
const std::set<std::string> kOfRuns{"set",     "executor",  "attempts", "es-url",     "j",
                                    "timeout", "artifacts", "config",   "kubeconfig", "context",
                                    "name",    "no-wait",   "verbose",  "dry-run"};

}  // namespace

std::string CommandSpec::name() const { return join(words, " "); }

const std::vector<CommandSpec>& command_specs() {
  static const std::vector<CommandSpec> all{
      {Task::tests, {}, {}, false, kOfTests, kHelpTxt},
      {Task::validate_testrun,
       {"testrun", "validate"},
       {"FILE"},
       false,
       {"set", "executor", "config"},
       kTestrunTxt},
      {Task::emit_testrun,
       {"testrun", "emit"},
       {"ENGINE", "FILE"},
       false,
       {"set", "executor", "attempts", "es-url", "j", "timeout", "config"},
       kTestrunTxt},
      {Task::resume_testrun, {"testrun", "resume"}, {"STEP"}, false, {"config"}, kTestrunTxt},
      {Task::run_testrun, {"testrun"}, {"FILE"}, false, kOfRuns, kTestrunTxt},
      {Task::gc, {"gc"}, {}, false, {"config"}, kGcTxt},
      {Task::doctor, {"doctor"}, {}, false, {"json", "config", "name", "kubeconfig", "context"}, kDoctorTxt},
      {Task::control_plane, {"control-plane"}, {}, false, {"config"}, kControlPlaneTxt},
      {Task::restart,
       {"restart"},
       {"COMPONENT"},
       true,
       {"dry-run", "wait-anyway", "verbose", "config", "name", "kubeconfig", "context", "no-wait"},
       kRestartTxt},
      {Task::merge, {"merge"}, {"DIR"}, true, {"o"}, kMergeTxt},
      {Task::history, {"history"}, {"[TEST]"}, false, {"json", "name", "config"}, kHistoryTxt},
      {Task::completion, {"completion"}, {"SHELL"}, true, {}, kCompletionTxt},
      {Task::init, {"init"}, {}, false, {}, kInitTxt}};
  return all;
}

const CommandSpec& command_of(const std::vector<std::string>& args) {
  const auto& all = command_specs();
  const auto found = std::find_if(all.begin() + 1, all.end(), [&](const auto& one) {
    return one.words.size() <= args.size() && std::equal(one.words.begin(), one.words.end(), args.begin());
  });
  return found == all.end() ? all.front() : *found;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names{"help"};
  for (const auto& one : command_specs())
    if (one.words.size() == 1) names.push_back(one.words[0]);
  return names;
}

}  // namespace harness
