#include <fmt/format.h>
#include <re2/re2.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/doctor/checks.h"
#include "cluster/docker.h"
#include "cluster/registry_container.h"

namespace harness {

namespace {

using Level = Check::Level;
using Json = nlohmann::json;

/// "v1.34.0" -> 34; -1 where it is no version.
int minor_of(const std::string& text) {
  int minor = -1;
  RE2::PartialMatch(text, "v?1\\.([0-9]+)\\.", &minor);
  return minor;
}

/// What keeps a program's answer from being one; nothing where it is one.
std::optional<Check> no_answer(const std::string& name, const Answer& answer, const std::string& install,
                               const std::string& fix) {
  if (!answer.there) return Check{name, Level::error, name + " is not on PATH", install};
  if (!answer.in_time) return Check{name, Level::error, name + " does not answer within a second", fix};
  if (!answer.ok)
    return Check{name, Level::error, answer.err.empty() ? name + " fails" : tail(answer.err, 1), fix};
  return std::nullopt;
}

void docker_checks(const Facts& facts, const Expected& expected, std::vector<Check>& checks) {
  if (auto wrong = no_answer("docker", facts.docker, "apt-get install docker.io", "systemctl start docker"))
    return checks.push_back(*wrong);
  const Json info = Json::parse(facts.docker.out, nullptr, false);
  const std::string version = info.is_object() ? info.value("ServerVersion", "") : "";
  if (version.empty()) {  // the client answers, the engine does not
    const std::string errors =
        info.is_object() ? info.value("ServerErrors", Json::array()).dump() : facts.docker.err;
    const auto hint = engine_hint(errors);
    return checks.push_back({"docker", Level::error, "the engine does not answer: " + errors,
                             hint.empty() ? "systemctl start docker" : hint});
  }
  checks.push_back({"docker", Level::fine, "engine " + version + ", storage " + info.value("Driver", "")});

  const std::string cgroup = info.value("CgroupVersion", "");
  const int minor = minor_of(expected.node_image);
  if (cgroup == "1" && minor >= 35)
    checks.push_back({"cgroup", Level::error,
                      "version 1, which " + expected.node_image + " does not start on",
                      "boot with systemd.unified_cgroup_hierarchy=1, or use an image of v1.34 in "
                      "cluster-config/kind.yaml"});
  else
    checks.push_back({"cgroup", Level::fine, "version " + cgroup + ", enough for " + expected.node_image});

  const std::string machine = info.value("Architecture", "");
  const auto go_name = [](const std::string& name) {
    return name == "x86_64" ? std::string("amd64") : name == "aarch64" ? "arm64" : name;
  };
  if (!facts.node_image.ok)
    checks.push_back({"node image", Level::warning, expected.node_image + " is not here: it will be pulled",
                      "docker pull " + expected.node_image});
  else if (facts.node_image.out != go_name(machine))
    checks.push_back({"node image", Level::error,
                      fmt::format("{} is for {}, the engine runs on {}", expected.node_image,
                                  facts.node_image.out, machine),
                      "docker pull --platform linux/" + go_name(machine) + " " + expected.node_image});
  else
    checks.push_back({"node image", Level::fine, expected.node_image + ", " + facts.node_image.out});
}

void tool_checks(const Facts& facts, const Expected& expected, std::vector<Check>& checks) {
  if (auto wrong = no_answer("kind", facts.kind, "go install sigs.k8s.io/kind@v0.30.0", "kind version"))
    checks.push_back(*wrong);
  else
    checks.push_back({"kind", Level::fine, facts.kind.out});
  if (auto wrong = no_answer("kubectl", facts.kubectl, "see docs/setup.md", "kubectl version --client"))
    return checks.push_back(*wrong);
  const Json answer = Json::parse(facts.kubectl.out, nullptr, false);
  const std::string version = answer.is_object()
                                  ? answer.value(Json::json_pointer("/clientVersion/gitVersion"), "")
                                  : facts.kubectl.out;
  const int ours = minor_of(version), theirs = minor_of(expected.node_image);
  // https://kubernetes.io/releases/version-skew-policy/#kubectl
  if (ours >= 0 && theirs >= 0 && std::abs(ours - theirs) > 1)
    checks.push_back({"kubectl", Level::warning,
                      fmt::format("{}, more than one version from {}", version, expected.node_image),
                      "put a kubectl of the node image's version into $HARNESS_CACHE/bin"});
  else
    checks.push_back({"kubectl", Level::fine, version});
}

/// Those of other ports outlive every project that used them.
std::string other_registries(const Facts& facts, const Expected& expected) {
  std::vector<std::string> others;
  for (const auto& name : split(facts.registries.out, '\n'))
    if (name.starts_with("harness-registry") && name != registry_name(expected.registry))
      others.push_back(name);
  return others.empty() ? "" : "; there is also " + join(others, ", ") + ", of projects with another port";
}

void port_checks(const Facts& facts, const Expected& expected, std::vector<Check>& checks) {
  const auto gateway = std::to_string(facts.exact_gateway_port > 0 ? facts.exact_gateway_port : 80);
  if (facts.gateway_port_free)
    checks.push_back({"gateway", Level::fine, "port " + gateway + " is free"});
  else if (facts.exact_gateway_port == 0)
    checks.push_back({"gateway", Level::fine, "port 80 is taken: a new cluster's gateway gets another"});
  else
    checks.push_back(
        {"gateway", Level::warning,
         "port " + gateway + " is taken, and gateway: asks for it: no new cluster can be made",
         "ss -ltnp 'sport = :" + gateway + "' says by what; the instance's own cluster may be it"});
  const auto port = expected.registry.substr(expected.registry.rfind(':') + 1);
  if (facts.registry_answers)
    checks.push_back(
        {"registry", Level::fine, "answers at " + expected.registry + other_registries(facts, expected)});
  else if (!facts.registry_trouble.empty())
    checks.push_back({"registry", Level::error, facts.registry_trouble, facts.registry_hint});
  else if (facts.registry_port_free)
    checks.push_back(
        {"registry", Level::fine,
         expected.registry + " is free: it will be started" + other_registries(facts, expected)});
  else
    checks.push_back(
        {"registry", Level::error, "what listens at " + expected.registry + " is not a registry",
         "ss -ltnp 'sport = :" + port + "' says what it is; or another registry: in components.yaml"});
}

}  // namespace

std::vector<Check> all_checks(const Facts& facts, const Expected& expected) {
  std::vector<Check> checks;
  docker_checks(facts, expected, checks);
  tool_checks(facts, expected, checks);
  port_checks(facts, expected, checks);
  for (auto& check : local_checks(facts)) checks.push_back(std::move(check));
  checks.push_back(leftovers(facts, expected));
  return checks;
}

}  // namespace harness
