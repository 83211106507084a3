#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "http/flags.h"
#include "http/server.h"

namespace fakes::http {

/// What a program says of itself: -help prints `before`, a line a flag, `after`.
struct About {
  std::string name, before, after;
};

/// The main function of a program: reads its flags (-help is added to them) and does its work. Errors go to
/// standard error. Gives back the exit code: 0, 1 where `work` threw, 2 where a flag is wrong (`work` throws
/// std::invalid_argument for what only it sees). SIGTERM and SIGINT wait from now on until
/// serve_until_signal() takes them.
int run_program(const About& about, Flags& flags, int argc, char** argv, const std::function<void()>& work);

/// Where a server listens, as flags. Who is not on this machine reaches it only where that is asked for.
struct Endpoint {
  std::string address = "127.0.0.1";
  int port = 8888;
  void add_to(Flags& flags);
};

/// Takes connections at `endpoint` and prints "listening on http://ADDRESS:PORT" on standard output. Throws
/// std::runtime_error.
void listen(Server& server, const Endpoint& endpoint);

/// Serves until SIGTERM or SIGINT: then what is in flight has `grace` to finish; a second signal does not
/// wait.
void serve_until_signal(Server& server, std::chrono::milliseconds grace = std::chrono::seconds(10));

}  // namespace fakes::http
