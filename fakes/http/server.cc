#include "http/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "http/connection.h"

namespace fakes::http {

using namespace std::chrono_literals;

struct Server::State {
  explicit State(ServerOptions the_options) : options(std::move(the_options)) {}

  asio::awaitable<void> accept(std::shared_ptr<tcp::acceptor> acceptor,
                               std::shared_ptr<asio::ssl::context> tls);
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  bool add(const std::shared_ptr<Connection>& connection);
  std::vector<std::shared_ptr<Connection>> all();
  void end_if_done();

  Router router;
  const ServerOptions options;
  asio::io_context io;
  Workers workers;
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors;
  std::mutex mutex;
  std::map<Connection*, std::weak_ptr<Connection>> connections;
  bool stopping = false;
};

Server::Server(ServerOptions options) : state_(new State(std::move(options))) {
  // A connection with its CGI program takes four files; the usual soft limit is 1024.
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = std::max<rlim_t>(files.rlim_cur, std::min<rlim_t>(files.rlim_max, 65536));
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

Server::~Server() = default;

Router& Server::router() { return state_->router; }

asio::io_context& Server::io() { return state_->io; }

unsigned short Server::listen(const std::string& address, unsigned short port,
                              std::shared_ptr<asio::ssl::context> tls) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error)
    throw std::runtime_error("\"" + address + "\" is not an IP address (0.0.0.0 listens on all of them)");
  const tcp::endpoint endpoint(ip, port);
  auto acceptor = std::make_shared<tcp::acceptor>(asio::make_strand(state_->io));
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw std::runtime_error("cannot listen on " + url_of("tcp", address, port).substr(6) + ": " +
                             error.message());
  state_->acceptors.push_back(acceptor);
  asio::co_spawn(acceptor->get_executor(), state_->accept(acceptor, std::move(tls)), asio::detached);
  return acceptor->local_endpoint().port();
}

void Server::run() {
  const auto work = asio::make_work_guard(state_->io);
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < std::max(2U, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back([this] { state_->io.run(); });
  state_->io.run();
}

void Server::stop(std::chrono::milliseconds grace) {
  asio::post(state_->io, [state = state_.get(), grace] {
    {
      const std::lock_guard lock(state->mutex);
      state->stopping = true;
    }
    for (const auto& acceptor : state->acceptors)
      asio::post(acceptor->get_executor(), [acceptor] {
        boost::system::error_code ignored;
        acceptor->close(ignored);
      });
    for (const auto& connection : state->all()) connection->finish();
    auto timer = std::make_shared<asio::steady_timer>(state->io, grace);
    timer->async_wait([state, timer](auto) {
      for (const auto& connection : state->all()) connection->abort();
    });
    state->end_if_done();
  });
}

asio::awaitable<void> Server::State::accept(std::shared_ptr<tcp::acceptor> acceptor,
                                            std::shared_ptr<asio::ssl::context> tls) {
  asio::steady_timer pause(acceptor->get_executor());
  for (;;) {
    tcp::socket socket(asio::make_strand(io));
    const auto [error] = co_await acceptor->async_accept(socket, kTuple);
    if (!acceptor->is_open()) co_return;
    if (error) {
      // Out of files or memory: connections that end free some. A client that left the queue is no reason to
      // wait.
      if (error == asio::error::connection_aborted) continue;
      if (options.log) options.log("cannot accept a connection: " + error.message());
      pause.expires_after(100ms);
      co_await pause.async_wait(kTuple);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    auto connection = std::make_shared<Connection>(std::move(socket), tls, router, options, workers);
    if (!add(connection)) {
      connection->turn_away();
      continue;
    }
    asio::co_spawn(executor, serve(connection), asio::detached);
  }
}

bool Server::State::add(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex);
  if (stopping || connections.size() >= options.max_connections) return false;
  connections[connection.get()] = connection;
  return true;
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<Connection> connection) {
  co_await connection->serve();
  {
    const std::lock_guard lock(mutex);
    connections.erase(connection.get());
  }
  end_if_done();
}

std::vector<std::shared_ptr<Connection>> Server::State::all() {
  std::vector<std::shared_ptr<Connection>> list;
  const std::lock_guard lock(mutex);
  for (const auto& [key, weak] : connections)
    if (auto connection = weak.lock()) list.push_back(std::move(connection));
  return list;
}

void Server::State::end_if_done() {
  const std::lock_guard lock(mutex);
  if (stopping && connections.empty()) io.stop();
}

std::shared_ptr<asio::ssl::context> tls_context(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error)
    throw std::runtime_error("cannot use the certificate " + certificate +
                             " (a PEM file is needed): " + error.message());
  context->use_private_key_file(key, asio::ssl::context::pem, error);
  if (error)
    throw std::runtime_error("cannot use the key " + key +
                             " (a PEM file that fits the certificate is needed): " + error.message());
  return context;
}

std::string url_of(const std::string& scheme, const std::string& address, unsigned short port) {
  const bool v6 = address.find(':') != std::string::npos;
  return scheme + "://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), (now - seconds).count());
}

void log_to_stderr(const std::string& line) {
  const std::string whole = line + "\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, whole.data(), whole.size());
}

}  // namespace fakes::http
