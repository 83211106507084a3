#include "testrun/host_executor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "testrun/untrusted.h"

namespace harness::testrun {

namespace fs = std::filesystem;

std::map<std::string, std::string> HostExecutor::environment(const Node& node, const NodeFolders& folders,
                                                             Phase phase, std::stop_token stop) const {
  const auto& place = *node.found->place;
  const bool untrusted = node.step->untrusted;
  std::map<std::string, std::string> env;
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (untrusted && element.value.secret()) continue;
    auto text = element.value.from ? settings_.look_up(*element.value.from, stop) : element.value.text;
    if (element.type == ConfigElement::Type::env) {
      env[element.name] = text;
      continue;
    }
    const auto file = folders.files() / fs::path(element.path).relative_path();
    create_folders(file.parent_path());
    write_file_atomically(file, element.value.from ? text : base64_decoded(text).value_or(""));
    env[element.name] = file.string();
  }
  if (untrusted) {
    env.insert(
        {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", folders.tmp.string()}, {"LANG", "C.UTF-8"}});
  } else {
    env["TM_SHARED_PATH"] = folders.shared().string();
  }
  for (const auto& [name, value] : settings_.env) env[name] = value;
  env["TM_KUBECONFIG_PATH"] = folders.kubeconfigs().string();
  env["TM_EXPORT_PATH"] = folders.exports().string();
  env["TM_GIT_SHA"] = place.commit;
  env["TM_GIT_REF"] = place.ref;
  env["TM_REPO_PATH"] = place.root.string();
  env["TM_PHASE"] = word(phase);
  env["TMPDIR"] = folders.tmp.string();
  return env;
}

Outcome HostExecutor::run(const Node& node, const NodeFolders& folders, Phase phase,
                          std::stop_token stop) const {
  const auto& definition = node.definition();
  Command command{.args = definition.command,
                  .dir = node.found->place->root,
                  .env = environment(node, folders, phase, stop),
                  .output_file = folders.log(),
                  .timeout = node.deadline};
  command.args.insert(command.args.end(), definition.args.begin(), definition.args.end());
  ProcessResult ended;
  if (node.step->untrusted) {
    const Untrusted untrusted(folders, command);
    ended = harness::run(command, std::move(stop));
  } else {
    ended = harness::run(command, std::move(stop));
  }
  if (ended.timed_out)
    return {Phase::timeout,
            fmt::format("took longer than {} s", std::chrono::duration<double>(node.deadline).count())};
  if (ended.ok()) return {Phase::succeeded};
  return {Phase::failed, ended.signal ? fmt::format("killed by signal {}", ended.signal)
                                      : fmt::format("exit code {}", ended.exit_code)};
}

}  // namespace harness::testrun
