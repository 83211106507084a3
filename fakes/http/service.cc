#include "http/service.h"

#include <fmt/format.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace fakes::http {

namespace {

void end_on_signal(boost::asio::signal_set& signals, Server& server, std::chrono::milliseconds grace) {
  signals.async_wait([&signals, &server, grace](boost::system::error_code error, int) {
    if (error) return;
    server.stop(grace);
    end_on_signal(signals, server, std::chrono::milliseconds(0));
  });
}

/// Blocks or unblocks the signals that serve_until_signal() takes. Whoever reads "listening on" may send one
/// at once: it waits until then.
void mask_signals(int how) {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM}) sigaddset(&ends, number);
  pthread_sigmask(how, &ends, nullptr);
}

}  // namespace

int run_program(const About& about, Flags& flags, int argc, char** argv, const std::function<void()>& work) {
  bool help = false;
  flags.add("help", help, "this text");
  const std::string defaults = flags.help();
  mask_signals(SIG_BLOCK);
  try {
    flags.parse({argv + 1, argv + argc});
    if (help)
      fmt::print("{}{}{}", about.before, defaults, about.after);
    else
      work();
    return 0;
  } catch (const std::invalid_argument& e) {
    fmt::print(stderr, "{}: {} (-help lists the flags)\n", about.name, e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", about.name, e.what());
    return 1;
  }
}

void Endpoint::add_to(Flags& flags) {
  flags.add("port", port, "for HTTP; 0 picks a free one", {0, 65535});
  flags.add("address", address, "the IP address to listen on; 0.0.0.0, as in a container, is all of them");
}

void listen(Server& server, const Endpoint& endpoint) {
  try {
    const auto port = server.listen(endpoint.address, static_cast<unsigned short>(endpoint.port));
    fmt::print("listening on {}\n", url_of("http", endpoint.address, port));
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string(e.what()) + "; -address and -port choose where");
  }
  std::fflush(stdout);
}

void serve_until_signal(Server& server, std::chrono::milliseconds grace) {
  boost::asio::signal_set signals(server.io(), SIGINT, SIGTERM);
  end_on_signal(signals, server, grace);
  mask_signals(SIG_UNBLOCK);
  server.run();
}

}  // namespace fakes::http
