#include "cluster/docker.h"

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

std::vector<std::string> with_docker(const std::vector<std::string>& args) {
  std::vector<std::string> all{"docker"};
  all.insert(all.end(), args.begin(), args.end());
  return all;
}

void require_program(const std::vector<std::string>& version_command, const std::string& hint) {
  try {
    run({.args = version_command});
  } catch (const Error&) {
    throw Error(version_command[0] + " is not on PATH", {.hint = hint, .exit_code = kCluster});
  }
}

}  // namespace

std::string docker(const std::vector<std::string>& args, const std::string& doing, std::stop_token stop) {
  return trim(run_checked({.args = with_docker(args)}, doing, kCluster, stop));
}

std::string docker_query(const std::vector<std::string>& args) {
  const auto result = run({.args = with_docker(args)});
  return result.ok() ? trim(result.out) : "";
}

void require_tools(std::stop_token stop) {
  require_program({"kind", "version"}, "go install sigs.k8s.io/kind@v0.30.0, or see docs/setup.md");
  require_program({"kubectl", "version", "--client"}, "install kubectl, or see docs/setup.md");
  require_program({"docker", "--version"}, "apt-get install docker.io, or see docs/setup.md");
  const Command version{.args = {"docker", "version", "--format", "{{.Server.Version}}"}};
  const auto result = run(version, stop);
  if (result.ok()) return;
  const bool forbidden = result.err.find("permission denied") != std::string::npos;
  throw Error(forbidden ? "you may not use the Docker engine" : "the Docker engine does not answer",
              {.command = shell_quoted(version.args),
               .output_tail = tail(result.err, 5),
               .hint = forbidden ? "join the group docker (sudo usermod -aG docker $USER) and log in again"
                                 : "start it: systemctl start docker; in the harness's own checkout: make engine",
               .exit_code = kCluster});
}

}  // namespace harness
