#include "lib/service.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "http/service.h"

namespace ci {

using namespace std::chrono_literals;

void serve_until_signal(fakes::http::Server& server) {
  boost::asio::signal_set signals(server.io(), SIGINT, SIGTERM);
  signals.async_wait([](boost::system::error_code error, int) {
    if (error) return;
    std::thread([] {
      std::this_thread::sleep_for(800ms);
      std::_Exit(0);
    }).detach();
  });
  fakes::http::serve_until_signal(server, 500ms);
}

}  // namespace ci
