#include <fmt/format.h>

#include <thread>
#include <vector>

#include "crier/queue.h"
#include "crier/reporter.h"
#include "http/service.h"
#include "lib/health.h"
#include "lib/service.h"

namespace {

using namespace ci;
namespace http = fakes::http;

constexpr int kWorkers = 8;  // an endpoint that does not answer holds up its own reports alone

struct Options {
  http::Endpoint endpoint;
  KubeFlags kube;
  GitHubFlags github;
  GerritFlags gerrit;
  std::string deck_url;
};

constexpr const char* kBefore =
    R"(Reports the state of CI jobs: as statuses of GitHub's commits, as reviews of Gerrit's changes.

Usage: crier [FLAGS]

)";

constexpr const char* kAfter = R"(
GET /healthz    200 while it runs
GET /readyz     200 when the Kubernetes API, GitHub and Gerrit can be used

A report that fails is made again, later each time, until it succeeds.
)";

void work(RetryQueue& queue, const Reporter& reporter, std::stop_token stop) {
  while (const auto name = queue.take(stop)) {
    try {
      reporter.report(*name);
      queue.done(*name);
    } catch (const std::exception& e) {
      http::log_to_stderr(fmt::format("job {}: {}; trying again", *name, e.what()));
      queue.failed(*name);
    }
  }
}

void serve(const Options& o) {
  const Kube kube(o.kube);
  const GitHub github(o.github);
  const auto gerrit = o.gerrit.endpoint.empty() ? std::nullopt : std::optional<Gerrit>(o.gerrit);
  const Reporter reporter({.kube = kube, .github = github, .gerrit = gerrit, .deck_url = o.deck_url});
  http::Server server({.log = {}});
  add_health(server.router(), [&] {
    kube.check();
    github.check();
    if (gerrit) gerrit->check();
  });
  http::listen(server, o.endpoint);

  RetryQueue queue;
  std::vector<std::jthread> threads;
  threads.emplace_back([&](std::stop_token stop) {
    kube.follow(
        "jobs", kManagedSelector, [&](const nlohmann::json& job) { queue.add(name_of(job)); },
        http::log_to_stderr, stop);
  });
  for (int i = 0; i < kWorkers; ++i)
    threads.emplace_back([&](std::stop_token stop) { work(queue, reporter, stop); });
  ci::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  http::Flags flags;
  o.endpoint.add_to(flags);
  o.kube.add_to(flags);
  o.github.add_to(flags);
  o.gerrit.add_to(flags);
  flags.add("deck-url", o.deck_url, "where deck shows jobs, for the links in reports");
  return http::run_program({"crier", kBefore, kAfter}, flags, argc, argv, [&] { serve(o); });
}
