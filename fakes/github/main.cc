#include "admin/admin.h"
#include "github/api.h"
#include "github/seed.h"
#include "http/service.h"

namespace {

using namespace fakes;

struct Options {
  http::Endpoint endpoint;
  github::ApiOptions api;
};

constexpr const char* kBefore = R"(A fake of GitHub's REST API (version 3), in memory.

Usage: fakeghserver [FLAGS]      (-port=X, -port X and --port X mean the same)

)";

constexpr const char* kAfter = R"(
/..., /api/v3/...  the API: repositories, files, commits, checks, issues, pull requests, releases, teams, apps, hooks.
                   Any token does. One of the form login:NAME is the user NAME's, any other ci-robot's
GET /healthz       200 once the server takes requests
/admin/...         requests (a journal), reset, seed, faults: docs/fakes.md

Prints "listening on http://ADDRESS:PORT" on standard output, and a line a request on standard error. On SIGTERM it takes
no more requests, sends no more events, finishes the requests in flight within 10 seconds and exits.

Example
  fakeghserver -port=8888
  curl -H 'Authorization: token login:octo' -d '{"name": "hello"}' http://localhost:8888/user/repos
  curl -H 'Authorization: token login:octo' -d '{"title": "first"}' http://localhost:8888/repos/octo/hello/issues

Exit codes: 0 ended by a signal; 1 cannot serve, the cause is on standard error; 2 wrong flags.
)";

http::Flags flags_of(Options& o) {
  http::Flags flags;
  o.endpoint.add_to(flags);
  flags.add("git-server", o.api.git_server, "a fakegitserver: clone_url is URL/repo/OWNER/NAME");
  flags.add("public-url", o.api.public_url, "what URLs in answers begin with; without it the request's Host");
  flags.add("lenient", o.api.lenient,
            "nobody needs a token; repositories, issues and commits exist once they are named");
  return flags;
}

void serve(const Options& o) {
  for (const auto& [flag, url] :
       {std::pair{"-git-server", o.api.git_server}, {"-public-url", o.api.public_url}})
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
      throw std::invalid_argument(std::string(flag) + " must begin with http:// or https://, not \"" + url +
                                  "\"");
  github::State state;
  state.data.lenient = o.api.lenient;
  github::Deliveries deliveries;
  admin::Admin admin({.reset =
                          [&] {
                            const std::lock_guard lock(state.mutex);
                            state.data = {};
                            state.data.lenient = o.api.lenient;
                            deliveries.clear();
                          },
                      .seed = [&](const nlohmann::json& json) { github::seed(state, json); }});
  http::Server server(admin.observed({.log = http::log_to_stderr}));
  admin.add_routes(server.router());
  github::Api api(server.router(), state, deliveries, o.api);
  github::add_routes(api);
  http::listen(server, o.endpoint);
  http::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  auto flags = flags_of(options);
  return http::run_program({"fakeghserver", kBefore, kAfter}, flags, argc, argv, [&] { serve(options); });
}
