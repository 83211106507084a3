#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"
#include "testrun/emit/context.h"
#include "testrun/emit/order.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

/// What jobs that run KIND in their pod use (https://docs.prow.k8s.io/docs/jobs/).
constexpr const char* kImage = "gcr.io/k8s-staging-test-infra/kubekins-e2e:latest-master";
/// For what takes time besides steps: the clone, the build of the driver.
constexpr auto kBesides = std::chrono::minutes(30);

struct GitHubRepository {
  std::string org, repo;
};

GitHubRepository repository_of(Context& context) {
  const auto url = context.repository_url(context.settings.root);
  GitHubRepository found;
  if (RE2::PartialMatch(url, R"(([\w.-]+)/([\w.-]+?)(?:\.git)?/?$)", &found.org, &found.repo)) return found;
  throw Error(fmt::format("{}: the job's repository is not known{}", context.run.file.string(),
                          url.empty() ? " Its folder has no remote \"origin\""
                                      : " " + url + " does not end in ORG/REPO"),
              {.hint = "metadata.annotations: {testrun.harness/repository: https://github.com/ORG/REPO}",
               .exit_code = kUsage});
}

/// An expression (RE2) that this branch alone matches.
std::string only(const std::string& branch) {
  std::string expression = "^";
  for (const char c : branch) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  return expression + "$";
}

/// "1h2m0s", as Go's durations are written.
std::string duration(std::chrono::seconds time) {
  return fmt::format("{}h{}m{}s", time.count() / 3600, time.count() / 60 % 60, time.count() % 60);
}

Json pod_spec(const Context& context) {
  auto command = Json::array({"./harness", "testrun",
                              unexpanded(fs::absolute(context.run.file)
                                             .lexically_normal()
                                             .lexically_proximate(context.settings.root)
                                             .string())});
  for (const auto& flag : context.settings.flags) command.push_back(unexpanded(flag));
  return {{"containers", Json::array({{{"name", "harness"},
                                       {"image", context.annotation("ci-image", kImage)},
                                       {"command", {"runner.sh"}},
                                       {"args", std::move(command)},
                                       {"securityContext", {{"privileged", true}}},
                                       {"resources",
                                        {{"requests", {{"cpu", "4"}, {"memory", "8Gi"}}},
                                         {"limits", {{"cpu", "4"}, {"memory", "8Gi"}}}}}}})}};
}

}  // namespace

/// A file of jobs (https://docs.prow.k8s.io/docs/jobs/): Prow clones the repository and calls the harness,
/// which makes the cluster in the job's pod.
std::vector<Json> prow(Context& context) {
  const auto engine = context.settings.engine;
  const auto [org, repo] = repository_of(context);
  const auto& [testflow, on_exit] = context.plan;
  const auto clean_up = latest_end(on_exit);
  Json job{{"name", (engine == Engine::presubmit    ? "pull-"
                     : engine == Engine::postsubmit ? "post-"
                                                    : "periodic-") +
                        as_dns_label(repo, 20) + "-" + context.name},
           {"decorate", true}};
  if (engine == Engine::presubmit) job["always_run"] = true;
  const auto branch = context.annotation("branch", "main");
  if (engine == Engine::periodic) {
    job["interval"] = context.annotation("interval", "24h");
    job["extra_refs"] =
        Json::array({{{"org", org}, {"repo", repo}, {"base_ref", branch}, {"workdir", true}}});
  } else {
    job["branches"] = Json::array({only(branch)});
  }
  // An interrupted harness still cleans up.
  job["decoration_config"] = {
      {"timeout", duration(context.settings.attempts * (latest_end(testflow) + clean_up) + kBesides)},
      {"grace_period", duration(clean_up + std::chrono::minutes(1))}};
  job["labels"] = {{"preset-dind-enabled", "true"}, {"preset-kind-volume-mounts", "true"}};
  job["spec"] = pod_spec(context);
  Json file;
  if (engine == Engine::periodic)
    file["periodics"] = Json::array({std::move(job)});
  else
    file[engine == Engine::presubmit ? "presubmits" : "postsubmits"][org + "/" + repo] =
        Json::array({std::move(job)});
  return {file};
}

}  // namespace harness::testrun
