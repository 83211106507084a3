#include "cluster/inside.h"

#include <fmt/chrono.h>
#include <re2/re2.h>

#include <algorithm>
#include <ctime>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "look_inside_sh.h"
#include "write_file_sh.h"

namespace harness {

namespace {

constexpr const char* kRecord = "/etc/harness-instance.json";
constexpr int64_t kFullKiB = 64 * 1024;  // etcd writes its log in pieces of 64 MB
/// kubeadm's certificates are valid for a year.
constexpr int64_t kCertificateSeconds = 365 * 86400, kSkewSeconds = 300;

/// Seconds since 1970; -1 where it is no time.
int64_t seconds_of(const std::string& rfc3339) {
  std::tm time{};
  return strptime(rfc3339.substr(0, 19).c_str(), "%Y-%m-%dT%H:%M:%S", &time)
             ? static_cast<int64_t>(timegm(&time))
             : -1;
}

}  // namespace

Silence silence_of(const std::vector<std::string>& looks, bool all_run, const std::string& created,
                   const std::string& now) {
  const auto any = [&](const RE2& pattern) {
    return std::any_of(looks.begin(), looks.end(),
                       [&](const auto& look) { return RE2::PartialMatch(look, pattern); });
  };
  if (any("(?m)^listens$"))
    return {false,
            "its API listens inside its node: something between the node and this program is at fault"};
  for (const auto& look : looks) {
    re2::StringPiece rest(look);
    for (int64_t free = 0; RE2::FindAndConsume(&rest, "(?m)^free ([0-9]+)$", &free);)
      if (free < kFullKiB)
        return {false, fmt::format("the disk of its node is full ({} MiB free)", free / 1024)};
  }
  if (const auto made = seconds_of(created), today = seconds_of(now);
      made >= 0 && (today < made - kSkewSeconds || today > made + kCertificateSeconds))
    return {false, fmt::format("its certificates are of {}, and this machine's clock shows {}",
                               created.substr(0, 10), now.substr(0, 10))};
  if (!all_run) return {false, "not all of its control planes run"};
  const bool all_silent = std::all_of(
      looks.begin(), looks.end(), [](const auto& look) { return RE2::PartialMatch(look, "(?m)^silent$"); });
  if (!all_silent) return {false, "its node could not be inspected"};
  return {true, looks.empty() ? "it has no control plane" : "no API server listens in it"};
}

Silence why_silent(const std::vector<Node>& containers, std::stop_token stop) {
  std::vector<std::string> looks;
  bool all_run = true;
  std::string created;
  for (const auto& node : containers) {
    if (node.role == "worker" || only_nodes({node}).empty()) continue;
    const auto state = docker_query({"inspect", "--format", "{{.State.Status}} {{.Created}}", node.name});
    const auto blank = state.find(' ');
    if (blank == std::string::npos) continue;  // gone meanwhile
    created = created.empty() ? state.substr(blank + 1) : std::min(created, state.substr(blank + 1));
    if (!state.starts_with("running ")) {
      all_run = false;
      continue;
    }
    const auto look = run({.args = {"docker", "exec", node.name, "bash", "-c", std::string(kLookInsideSh)},
                           .timeout = std::chrono::seconds(30)},
                          stop);
    looks.push_back(look.ok() ? look.out : "");
  }
  return silence_of(looks, all_run, created,
                    fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::time(nullptr))));
}

std::string recorded_in(const std::string& node) { return docker_query({"exec", node, "cat", kRecord}); }

void record_in(const std::string& node, const std::string& text, std::stop_token stop) {
  run_checked(
      {.args = {"docker", "exec", "-i", node, "sh", "-c", std::string(kWriteFileSh), kRecord}, .input = text},
      "cannot write to node " + node, kCluster, stop);
}

}  // namespace harness
