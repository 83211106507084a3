#include <fmt/format.h>

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "git/backend.h"
#include "git/child.h"
#include "git/repositories.h"
#include "git/setup_repo.h"
#include "http/flags.h"
#include "http/server.h"

namespace {

using namespace fakes;
using namespace std::chrono_literals;

struct Options {
  std::string address = "0.0.0.0", git_binary = "/usr/bin/git", parent_dir = "/git-repo", cert, key;
  int port = 8888, port_https = 4443, script_timeout = 60;
  bool help = false;
};

constexpr const char* kHelpHead = R"(Serves git repositories over HTTP, and makes them from scripts.

Usage: fakegitserver [FLAGS]      (-port=X, -port X and --port X mean the same)

)";

constexpr const char* kHelpTail = R"(
POST /setup-repo   {"name": "org1/repo4", "overwrite": false, "script": "..."}: the script runs as sh -c with set -eu
                   in an empty repository on branch master, with fixed author, committer and dates, and is served bare.
                   200 with git log of all refs; {"error": ...} with 400 bad input, 409 it exists, 422 the script failed
/repo/NAME         clone, fetch and push by git http-backend: protocol v2, shallow and partial clones, any commit's id
GET /healthz       200 once the server takes requests

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
  flags.add("port", o.port, "for HTTP; 0 picks a free one", {0, 65535});
  flags.add("address", o.address, "the IP address to listen on; 0.0.0.0, as in a container, is all of them");
  flags.add("cert", o.cert, "a PEM file with a certificate: HTTPS too");
  flags.add("key", o.key, "a PEM file with its key");
  flags.add("port-https", o.port_https, "for HTTPS; 0 picks a free one", {0, 65535});
  flags.add("git-binary", o.git_binary, "the git to serve with and to run scripts with");
  flags.add("git-repos-parent-dir", o.parent_dir, "where the repositories are; made where it is missing");
  flags.add("script-timeout", o.script_timeout, "seconds that a set-up script may take", {1, 3600});
  flags.add("help", o.help, "this text");
  return flags;
}

void check(const Options& o) {
  if (o.cert.empty() != o.key.empty()) throw std::invalid_argument("-cert and -key go together");
  if (!std::filesystem::path(o.git_binary).is_absolute() || access(o.git_binary.c_str(), X_OK) != 0)
    throw std::runtime_error("\"" + o.git_binary +
                             "\" is not the absolute path of a program; -git-binary names git");
}

void end_on_signal(boost::asio::signal_set& signals, http::Server& server, std::chrono::milliseconds grace) {
  signals.async_wait([&signals, &server, grace](boost::system::error_code error, int) {
    if (error) return;
    server.stop(grace);
    end_on_signal(signals, server, 0ms);
  });
}

void listen(http::Server& server, const Options& o) {
  const auto tls = o.cert.empty() ? nullptr : http::tls_context(o.cert, o.key);
  try {
    const auto port = server.listen(o.address, static_cast<unsigned short>(o.port));
    fmt::print("listening on {}\n", http::url_of("http", o.address, port));
    if (tls) {
      const auto secure = server.listen(o.address, static_cast<unsigned short>(o.port_https), tls);
      fmt::print("listening on {}\n", http::url_of("https", o.address, secure));
    }
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string(e.what()) + "; -address, -port and -port-https choose where");
  }
  std::fflush(stdout);
}

void serve(const Options& o) {
  check(o);
  git::Repositories repositories(o.parent_dir);
  http::Server server({.log = http::log_to_stderr});
  git::Children children(server.io());
  boost::asio::signal_set signals(server.io(), SIGINT, SIGTERM);
  end_on_signal(signals, server, 10s);

  const git::Backend backend(repositories, children, o.git_binary);
  auto& router = server.router();
  router.handle("GET", "/healthz", [](const http::Request&) { return http::text(200, "ok\n"); });
  router.handle("POST", "/setup-repo",
                git::SetupRepo(repositories, children, o.git_binary, std::chrono::seconds(o.script_timeout)));
  router.stream("GET", "/repo/{path...}", std::cref(backend));
  router.stream("POST", "/repo/{path...}", std::cref(backend));
  listen(server, o);
  server.run();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  const auto flags = flags_of(options);
  const std::string defaults = flags.help();
  try {
    flags.parse({argv + 1, argv + argc});
    if (options.help)
      fmt::print("{}{}{}", kHelpHead, defaults, kHelpTail);
    else
      serve(options);
    return 0;
  } catch (const std::invalid_argument& e) {
    fmt::print(stderr, "fakegitserver: {} (-help lists the flags)\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "fakegitserver: {}\n", e.what());
    return 1;
  }
}
