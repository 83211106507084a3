#include "cluster/pod_shell.h"

#include "base/error.h"
#include "base/process.h"
#include "pack_into_sh.h"
#include "unpack_from_sh.h"

namespace harness {

std::vector<std::string> PodShell::exec(const std::vector<std::string>& args) const {
  std::vector<std::string> all{"kubectl",
                               "--kubeconfig",
                               container_.kubeconfig.string(),
                               "--namespace",
                               container_.name_space,
                               "exec",
                               "--stdin",
                               container_.pod,
                               "--container",
                               container_.container,
                               "--"};
  all.insert(all.end(), args.begin(), args.end());
  return all;
}

std::string PodShell::run(const std::vector<std::string>& args, std::stop_token stop) const {
  return run_checked({.args = exec(args)}, "cannot run in pod " + container_.pod, kCluster, std::move(stop));
}

// The shell only connects the two ends: what they are called with passes through it as arguments. The exit
// code is that of the last.
void PodShell::put(const std::filesystem::path& local, const std::filesystem::path& list,
                   const std::string& remote, std::stop_token stop) const {
  run({"mkdir", "-p", remote}, stop);
  std::vector<std::string> args{"sh", "-c", std::string(kPackIntoSh), local.string(), list.string()};
  for (auto& arg : exec({"tar", "-C", remote, "-xf", "-"})) args.push_back(std::move(arg));
  run_checked({.args = std::move(args)}, "cannot copy to pod " + container_.pod, kCluster, std::move(stop));
}

void PodShell::fetch(const std::string& remote, const std::filesystem::path& local,
                     std::stop_token stop) const {
  std::vector<std::string> args{"sh", "-c", std::string(kUnpackFromSh), local.string()};
  for (auto& arg : exec({"tar", "-C", remote, "-cf", "-", "."})) args.push_back(std::move(arg));
  run_checked({.args = std::move(args)}, "cannot copy from pod " + container_.pod, kCluster, std::move(stop));
}

}  // namespace harness
