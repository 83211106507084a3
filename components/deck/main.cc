#include <fmt/format.h>

#include <algorithm>

#include "deck/jobs.h"
#include "deck/page.h"
#include "http/query.h"
#include "http/service.h"
#include "lib/health.h"
#include "lib/service.h"

namespace {

using namespace ci;
namespace http = fakes::http;

constexpr const char* kBefore = R"(Shows CI jobs.

Usage: deck [FLAGS]

)";

constexpr const char* kAfter = R"(
GET /                 a page of the jobs
GET /job/NAME         a job and its output
GET /jobs.json        the jobs; filters: job, org, repo, pull, sha, state, tenant
GET /log?job=NAME     a job's output
POST /rerun?job=NAME  starts a job again; {"name": NEW}
GET /healthz, /readyz
)";

struct Options {
  http::Endpoint endpoint;
  KubeFlags kube;
  std::string tenant;
};

http::Response html(std::string page) {
  return {200, {{"Content-Type", "text/html; charset=utf-8"}}, std::move(page)};
}

JobFilter filter_of(const http::Request& request) {
  const http::Query query(request.query);
  JobFilter filter;
  for (const auto& [name, value] : query.pairs()) {
    if (std::find(kFilters.begin(), kFilters.end(), name) == kFilters.end())
      throw http::HttpError(
          400, fmt::format("unknown filter \"{}\"; there are {}", name, fmt::join(kFilters, ", ")));
    filter[name] = value;
  }
  return filter;
}

std::string job_of(const http::Request& request) {
  const auto name = http::Query(request.query).get("job");
  if (name.empty()) throw http::HttpError(400, "?job=NAME is needed");
  return name;
}

http::Response show_job(const Jobs& jobs, const std::string& name) {
  const auto job = jobs.show(name);
  std::string log;
  try {
    log = jobs.log(name);
  } catch (const http::HttpError& e) {
    log = e.what();
  }
  return html(job_page(job, log));
}

void serve(const Options& o) {
  const Kube kube(o.kube);
  const Jobs jobs(kube, o.tenant);
  http::Server server({.log = http::log_to_stderr});
  auto& router = server.router();
  add_health(router, [&] { kube.check(); });
  router.handle("GET", "/", [&](const http::Request& request) {
    return html(jobs_page(jobs.list(filter_of(request)), o.tenant));
  });
  router.handle("GET", "/jobs.json",
                [&](const http::Request& request) { return http::json(200, jobs.list(filter_of(request))); });
  router.handle("GET", "/job/{name}",
                [&](const http::Request& request) { return show_job(jobs, request.params.at("name")); });
  router.handle("GET", "/log",
                [&](const http::Request& request) { return http::text(200, jobs.log(job_of(request))); });
  router.handle("POST", "/rerun", [&](const http::Request& request) {
    return http::json(201, {{"name", jobs.rerun(job_of(request))}});
  });
  http::listen(server, o.endpoint);
  ci::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  http::Flags flags;
  o.endpoint.add_to(flags);
  o.kube.add_to(flags);
  flags.add("tenant-id", o.tenant, "show this tenant's jobs alone");
  return http::run_program({"deck", kBefore, kAfter}, flags, argc, argv, [&] { serve(o); });
}
