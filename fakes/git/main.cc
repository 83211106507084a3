#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>

#include "admin/admin.h"
#include "admin/lenient.h"
#include "git/backend.h"
#include "git/child.h"
#include "git/repositories.h"
#include "git/setup_repo.h"
#include "http/service.h"

namespace {

using namespace fakes;

struct Options {
  http::Endpoint endpoint;
  std::string git_binary = "/usr/bin/git", parent_dir = "/git-repo", cert, key;
  int port_https = 4443, script_timeout = 60;
  bool lenient = false;
};

constexpr const char* kBefore = R"(Serves git repositories over HTTP, and makes them from scripts.

Usage: fakegitserver [FLAGS]      (-port=X, -port X and --port X mean the same)

)";

constexpr const char* kAfter = R"(
POST /setup-repo   {"name": "org1/repo4", "overwrite": false, "script": "..."}: the script runs as sh -c with set -eu
                   in an empty repository on branch master, with fixed author, committer and dates, and is served bare.
                   200 with git log of all refs; {"error": ...} with 400 bad input, 409 it exists, 422 the script failed
/repo/NAME         clone, fetch and push by git http-backend: protocol v2, shallow and partial clones, push options,
                   any commit's id. Git LFS and git archive are 501
GET /healthz       200 once the server takes requests
/admin/...         requests (a journal), reset, seed (a list of what /setup-repo takes), faults: docs/fakes.md

Prints "listening on http://ADDRESS:PORT" on standard output, and a line a request on standard error. On SIGTERM it takes
no more requests, finishes those in flight within 10 seconds and exits; a second SIGTERM does not wait.

Example
  fakegitserver -port=8888 -git-repos-parent-dir=/tmp/repos
  curl -d '{"name": "foo", "script": "git commit --allow-empty -m first"}' http://localhost:8888/setup-repo
  git clone http://localhost:8888/repo/foo

Exit codes: 0 ended by a signal; 1 cannot serve, the cause is on standard error; 2 wrong flags.
)";

http::Flags flags_of(Options& o) {
  http::Flags flags;
  o.endpoint.add_to(flags);
  flags.add("cert", o.cert, "a PEM file with a certificate: HTTPS too");
  flags.add("key", o.key, "a PEM file with its key");
  flags.add("port-https", o.port_https, "for HTTPS; 0 picks a free one", {0, 65535});
  flags.add("git-binary", o.git_binary, "the git to serve with and to run scripts with");
  flags.add("git-repos-parent-dir", o.parent_dir, "where the repositories are; made where it is missing");
  flags.add("lenient", o.lenient,
            "a repository that git names in a URL is there, empty; GET and PUT /admin/lenient too");
  flags.add("script-timeout", o.script_timeout, "seconds that a set-up script may take", {1, 3600});
  return flags;
}

void check(const Options& o) {
  if (o.cert.empty() != o.key.empty()) throw std::invalid_argument("-cert and -key go together");
  if (!std::filesystem::path(o.git_binary).is_absolute() || access(o.git_binary.c_str(), X_OK) != 0)
    throw std::runtime_error("\"" + o.git_binary +
                             "\" is not the absolute path of a program; -git-binary names git");
}

void listen_for_https(http::Server& server, const Options& o) {
  const auto tls = http::tls_context(o.cert, o.key);
  try {
    const auto port = server.listen(o.endpoint.address, static_cast<unsigned short>(o.port_https), tls);
    fmt::print("listening on {}\n", http::url_of("https", o.endpoint.address, port));
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string(e.what()) + "; -address and -port-https choose where");
  }
  std::fflush(stdout);
}

/// What /admin/seed takes: a list of what /setup-repo takes.
void set_up_all(const git::SetupRepo& set_up, const nlohmann::json& orders) {
  if (!orders.is_array()) throw http::HttpError(400, "a list of set-ups is expected");
  for (const auto& order : orders) {
    http::Request request;
    request.body = order.dump();
    if (const auto response = set_up(request); response.status != 200)
      throw http::HttpError(response.status, response.body);
  }
}

void serve(const Options& o) {
  check(o);
  git::Repositories repositories(o.parent_dir);
  admin::Lenient lenient(o.lenient);
  std::function<void(const nlohmann::json&)> seed;
  admin::Admin admin({.reset = [&] { repositories.clear(), lenient.reset(); },
                      .seed = [&](const nlohmann::json& orders) { seed(orders); }});
  http::Server server(admin.observed({.log = http::log_to_stderr}));
  git::Children children(server.io());
  const git::SetupRepo set_up(repositories, children, o.git_binary, std::chrono::seconds(o.script_timeout));
  seed = [&](const nlohmann::json& orders) { set_up_all(set_up, orders); };

  const git::Backend backend(repositories, children, o.git_binary, lenient.value());
  auto& router = server.router();
  admin.add_routes(router);
  lenient.add_routes(router);
  router.handle("POST", "/setup-repo", set_up);
  router.stream("GET", "/repo/{path...}", std::cref(backend));
  router.stream("POST", "/repo/{path...}", std::cref(backend));
  http::listen(server, o.endpoint);
  if (!o.cert.empty()) listen_for_https(server, o);
  http::serve_until_signal(server);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  auto flags = flags_of(options);
  return http::run_program({"fakegitserver", kBefore, kAfter}, flags, argc, argv, [&] { serve(options); });
}
