#include "hook/events.h"
#include "http/service.h"
#include "lib/health.h"
#include "lib/service.h"

namespace {

using namespace ci;
namespace http = fakes::http;

struct Options {
  http::Endpoint endpoint;
  KubeFlags kube;
  GitHubFlags github;
  std::string secret_file, config_file = "/etc/hook/config.yaml", clonerefs_image, job_image, git_endpoint;
};

constexpr const char* kBefore = R"(Takes GitHub's webhooks and starts CI jobs.

Usage: hook -hmac-secret-file=FILE -clonerefs-image=IMAGE -job-image=IMAGE [FLAGS]

)";

constexpr const char* kAfter = R"(
POST /hook      a webhook; 403 where its signature is not right
GET /healthz    200 while it serves
GET /readyz     200 when configuration, GitHub and the Kubernetes API can be used

Comments:  /label x, /remove-label x, /kind x, /remove-kind x, /test JOB, /test all
)";

Config read_config(const Options& o) {
  try {
    return parse_config(text_of(o.config_file), o.job_image);
  } catch (const std::exception& e) {
    throw std::runtime_error(o.config_file + ": " + e.what());
  }
}

void serve(const Options& o) {
  for (const auto& [flag, value] : {std::pair{"-hmac-secret-file", o.secret_file},
                                    {"-clonerefs-image", o.clonerefs_image},
                                    {"-job-image", o.job_image}})
    if (value.empty()) throw std::invalid_argument(std::string(flag) + " is needed");
  const GitHub github(o.github);
  const Kube kube(o.kube);
  const Events events({.github = github,
                       .kube = kube,
                       .secret = secret_from(o.secret_file),
                       .config = [&] { return read_config(o); },
                       .clonerefs_image = o.clonerefs_image,
                       .git_endpoint = o.git_endpoint});
  http::Server server({.log = http::log_to_stderr});
  add_health(server.router(), [&] {
    read_config(o);
    kube.check();
    github.check();
  });
  server.router().handle("POST", "/hook", std::cref(events), 25 << 20);  // GitHub's own limit for a payload
  http::listen(server, o.endpoint);
  ci::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  http::Flags flags;
  o.endpoint.add_to(flags);
  o.kube.add_to(flags);
  o.github.add_to(flags);
  flags.add("hmac-secret-file", o.secret_file, "a file with the secret that webhooks are signed with");
  flags.add("config-file", o.config_file, "which jobs there are (YAML; read anew at each event)");
  flags.add("clonerefs-image", o.clonerefs_image, "the image whose entrypoint is clonerefs");
  flags.add("job-image", o.job_image, "the image of jobs that name none");
  flags.add("git-endpoint", o.git_endpoint,
            "clone from GIT-ENDPOINT/ORG/REPO in place of a repository's clone_url");
  return http::run_program({"hook", kBefore, kAfter}, flags, argc, argv, [&] { serve(o); });
}
