#include "admin/admin.h"
#include "admin/lenient.h"
#include "gerrit/api.h"
#include "http/service.h"

namespace {

using namespace fakes;

struct Options {
  http::Endpoint endpoint;
  gerrit::Settings settings;
  bool lenient = false;
};

constexpr const char* kBefore =
    R"(Plays the REST API of a Gerrit server: changes, reviews, accounts and projects, in memory.

Usage: fakegerritserver [FLAGS]      (-port=X, -port X and --port X mean the same)

)";

constexpr const char* kAfter = R"(
/changes/ /accounts/ /projects/ /config/server/   as Gerrit has them, for anyone; at /a/... for who logs in: any user name
                   with any password (Basic), a bearer token or the cookie o. Answers begin with )]}' and errors are text
GET /healthz       200 once the server takes requests
                   What Gerrit has and this has not is a 501
/admin/...         requests (a journal), reset, seed (accounts, projects, changes), faults, and what Prow's fake Gerrit has:
                   add/account, add/branch/PROJECT/BRANCH, add/change/PROJECT, login/ID: docs/fakes.md

Prints "listening on http://ADDRESS:PORT" on standard output, and a line a request on standard error. On SIGTERM it takes
no more requests, finishes those in flight within 10 seconds and exits; a second SIGTERM does not wait.

Example
  fakegerritserver -port=8888
  curl -u alice:x -X PUT http://localhost:8888/a/projects/demo -d '{"create_empty_commit": true}'
  curl -u alice:x http://localhost:8888/a/changes/ -d '{"project": "demo", "branch": "master", "subject": "first"}'
  curl 'http://localhost:8888/changes/?q=project:demo+status:open'

Exit codes: 0 ended by a signal; 1 cannot serve, the cause is on standard error; 2 wrong flags.
)";

http::Flags flags_of(Options& o) {
  http::Flags flags;
  o.endpoint.add_to(flags);
  flags.add("git-server", o.settings.git_server,
            "the URL of a fakegitserver: where clients fetch patch sets that were seeded by their id alone, "
            "as URL/repo/PROJECT");
  flags.add("strict-labels", o.settings.strict_labels,
            "votes on labels or with values that are not configured are errors, and not left out");
  flags.add("lenient", o.lenient,
            "nobody need say who he is, and the projects, branches, changes and accounts that are named "
            "exist; GET and PUT "
            "/admin/lenient too");
  return flags;
}

void serve(const Options& o) {
  admin::Lenient lenient(o.lenient);
  auto settings = o.settings;
  settings.lenient = &lenient.value();
  gerrit::Api api(settings);
  const auto reset = [&] { api.reset(), lenient.reset(); };
  admin::Admin admin({.reset = reset, .seed = [&](const nlohmann::json& json) { api.seed(json); }});
  http::Server server(admin.observed({.log = http::log_to_stderr}));
  admin.add_routes(server.router());
  lenient.add_routes(server.router());
  server.router().handle("GET", "/admin/reset",
                         [&](const http::Request&) { return admin.reset(); });  // as Prow's tests ask
  api.add_routes(server.router());
  http::listen(server, o.endpoint);
  http::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  auto flags = flags_of(options);
  return http::run_program({"fakegerritserver", kBefore, kAfter}, flags, argc, argv, [&] { serve(options); });
}
