#include <fmt/format.h>

#include <thread>

#include "http/service.h"
#include "lib/health.h"
#include "lib/pause.h"
#include "lib/service.h"
#include "sinker/sweep.h"

namespace {

using namespace ci;
namespace http = fakes::http;

constexpr const char* kBefore = R"(Deletes CI jobs that ended long ago, and pods whose job is gone.

Usage: sinker [FLAGS]

)";

constexpr const char* kAfter = R"(
GET /healthz    200 while it runs
GET /readyz     200 when the Kubernetes API can be used
)";

struct Options {
  http::Endpoint endpoint;
  KubeFlags kube;
  int interval = 30, max_age = 24 * 60 * 60;
};

void serve(const Options& o) {
  const Kube kube(o.kube);
  http::Server server({.log = {}});
  add_health(server.router(), [&] { kube.check(); });
  http::listen(server, o.endpoint);
  const std::jthread sweeper([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      try {
        const auto [jobs, pods] = sweep(kube, std::chrono::seconds(o.max_age));
        if (jobs + pods > 0) http::log_to_stderr(fmt::format("deleted {} jobs and {} pods", jobs, pods));
      } catch (const std::exception& e) {
        http::log_to_stderr(e.what());
      }
      pause(std::chrono::seconds(o.interval), stop);
    }
  });
  ci::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  http::Flags flags;
  o.endpoint.add_to(flags);
  o.kube.add_to(flags);
  flags.add("interval", o.interval, "seconds between two looks", {1, 86400});
  flags.add("max-job-age", o.max_age, "seconds that a job stays after it has ended", {1, 31536000});
  return http::run_program({"sinker", kBefore, kAfter}, flags, argc, argv, [&] { serve(o); });
}
