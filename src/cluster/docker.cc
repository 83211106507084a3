#include "cluster/docker.h"

#include <re2/re2.h>

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

void require_program(const std::string& name, const std::string& hint) {
  if (find_program(name)) return;
  throw Error(name + " is not on PATH", {.hint = hint, .exit_code = kCluster});
}

}  // namespace

bool says_port_is_taken(const std::string& output) {
  return RE2::PartialMatch(output, "port is already allocated|address already in use");
}

bool says_port_is_refused(const std::string& output) {
  return says_port_is_taken(output) ||
         RE2::PartialMatch(output, "cannot expose privileged port|(?:listen|bind)[^\n]*: permission denied");
}

bool says_engine_is_away(const std::string& output) {
  return RE2::PartialMatch(output,
                           "Cannot connect to the Docker daemon|permission denied while trying to "
                           "connect|dial unix [^\n]*: permission denied");
}

std::string engine_hint(const std::string& output) {
  if (RE2::PartialMatch(output,
                        "permission denied while trying to connect|dial unix [^\n]*: permission denied"))
    return "join the group docker (sudo usermod -aG docker $USER) and log in again";
  if (output.find("Cannot connect") != std::string::npos)
    return "start it: systemctl start docker; in the harness's own checkout: make engine";
  if (std::string port; says_port_is_taken(output) &&
                        RE2::PartialMatch(output, "(?:0\\.0\\.0\\.0|127\\.0\\.0\\.1):([0-9]+)", &port))
    return "another program has port " + port + ": docker ps --filter publish=" + port +
           ", or ss -ltnp 'sport = :" + port + "', says which";
  return "";
}

std::string docker(const std::vector<std::string>& args, const std::string& doing, std::stop_token stop,
                   const std::string& input) {
  try {
    return trim(run_checked({.args = with_docker(args), .input = input}, doing, kCluster, stop));
  } catch (Error& e) {
    e.details.hint = engine_hint(e.details.output_tail);
    throw;
  }
}

std::string docker_query(const std::vector<std::string>& args) {
  const auto result = run({.args = with_docker(args)});
  return result.ok() ? trim(result.out) : "";
}

void require_tools(bool kind) {
  if (kind) require_program("kind", "go install sigs.k8s.io/kind@v0.30.0, or see docs/setup.md");
  require_program("kubectl", "install kubectl, or see docs/setup.md");
  require_program("docker", "apt-get install docker.io, or see docs/setup.md");
}

}  // namespace harness
