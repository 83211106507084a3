#include "http/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <boost/asio/post.hpp>
#include <vector>

#include "http/not_implemented.h"
#include "http/request_head.h"

namespace fakes::http {

using namespace std::chrono_literals;

Connection::Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, const Router& router,
                       const ServerOptions& options, Workers& workers)
    : tls_(std::move(tls)),
      router_(router),
      options_(options),
      workers_(workers),
      link_(std::move(socket), tls_.get(), options.pause_timeout),
      watch_timer_(link_.stream.get_executor()),
      delay_timer_(link_.stream.get_executor()) {}

asio::awaitable<void> Connection::serve() {
  if (!co_await handshake()) co_return;
  try {
    while (co_await serve_one()) {
    }
  } catch (const ClientGone&) {
    linger_ = false;
  } catch (const std::exception& e) {
    if (options_.log) options_.log(std::string("connection ended: ") + e.what());
  }
  in_flight_.reset();
  watch_timer_.cancel();
  co_await close();
}

void Connection::finish() {
  asio::post(link_.stream.get_executor(), [self = shared_from_this()] {
    self->finishing_ = true;
    if (self->idle_) self->link_.cancel();
  });
}

void Connection::abort() {
  asio::post(link_.stream.get_executor(), [self = shared_from_this()] {
    self->finishing_ = self->aborted_ = true;
    if (self->in_flight_) self->in_flight_->request_stop();
    self->delay_timer_.cancel();
    boost::system::error_code ignored;
    self->link_.stream.socket().close(ignored);
  });
}

asio::awaitable<bool> Connection::handshake() {
  if (!link_.stream.is_tls()) co_return true;
  link_.reading.arm(options_.header_timeout);
  const auto [error] = co_await link_.stream.tls().async_handshake(asio::ssl::stream_base::server, kTuple);
  link_.reading.disarm();
  if (error && options_.log) options_.log("TLS handshake failed: " + error.message());
  co_return !error;
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (finishing_) co_return false;
  if (link_.buffer.size() > 0) co_return true;
  idle_ = true;
  link_.reading.arm(options_.idle_timeout);
  const auto [error, size] = co_await link_.stream.async_read_some(link_.buffer.prepare(16384), kTuple);
  link_.reading.disarm();
  idle_ = false;
  link_.buffer.commit(size);
  co_return !error;
}

asio::awaitable<bool> Connection::serve_one() {
  if (!co_await wait_for_request()) co_return false;
  const auto begin = Clock::now();
  Parser parser;
  const Head head = co_await read_head(link_, parser, options_);
  if (!head.read) {
    if (head.status) co_await refuse(head.status, head.cause, begin);
    co_return false;
  }
  in_flight_.emplace();
  HttpExchange exchange(link_, parser, to_request(parser, link_.stream.socket(), in_flight_->get_token()));
  if (finishing_) exchange.end_connection_after();
  watch();
  std::optional<std::uint64_t> told;
  const auto tell = [&](int status) {
    if (options_.served)
      told = options_.served(exchange.request(), {.status = status, .gap = exchange.gap()});
  };
  exchange.before_the_last([&] { tell(exchange.status()); });
  bool whole = false;
  try {
    co_await handle(exchange);
    whole = exchange.ended();
  } catch (const ClientGone&) {
  }
  in_flight_.reset();
  watch_timer_.cancel();
  log(exchange.request().method, exchange.request().target, whole ? exchange.status() : kClientGone, begin);
  if (!whole) {
    if (!told) tell(kClientGone);
    if (told && options_.broken_off) options_.broken_off(*told);
    aborted_ = true;  // the client must not take what it got for the whole
    co_return false;
  }
  if (exchange.keep_alive() && !finishing_ && co_await exchange.drain()) co_return true;
  linger_ = !parser.is_done();
  co_return false;
}

/// Has the request answered: by its route, or with an error. Throws ClientGone.
asio::awaitable<void> Connection::handle(HttpExchange& exchange) {
  const Request& request = exchange.request();
  Response failure;
  try {
    auto match = router_.match(request.method, request.path);
    if (match.route) {
      exchange.set_params(std::move(match.params));
      if (!match.route->stream)
        co_await handle_whole(exchange, *match.route);
      else if (!co_await meet_fault(exchange))
        co_await match.route->stream(exchange);
      co_return;
    }
    if (match.allow.empty()) throw HttpError(404, "nothing is at " + request.path);
    failure = error(405, request.path + " takes " + match.allow + ", not " + request.method);
    failure.headers.emplace_back("Allow", match.allow);
  } catch (const ClientGone&) {
    throw;
  } catch (const NotImplemented& e) {
    failure = error(e.status, e.what());
    failure.gap = e.gap;
  } catch (const HttpError& e) {
    failure = error(e.status, e.what());
  } catch (const std::exception& e) {
    failure = error(500, e.what());
    if (options_.log) options_.log(request.method + " " + request.target + " failed: " + e.what());
  }
  const bool last = finishing_ || !exchange.body_done();
  if (exchange.status() == 0) co_await exchange.answer(std::move(failure), last);
}

/// Whether that was the request's answer.
asio::awaitable<bool> Connection::meet_fault(HttpExchange& exchange) {
  if (!options_.fault) co_return false;
  const Fault fault = options_.fault(exchange.request());
  if (fault.delay.count() > 0) {
    delay_timer_.expires_after(fault.delay);
    [[maybe_unused]] const auto ended = co_await delay_timer_.async_wait(kTuple);
  }
  if (fault.drop) throw ClientGone("dropped, as was asked for");
  if (fault.truncate) exchange.break_off_after(*fault.truncate);
  if (fault.status == 0) co_return false;
  co_await exchange.answer(error(fault.status, "a fault that was asked for"),
                           finishing_ || !exchange.body_done());
  co_return true;
}

asio::awaitable<void> Connection::handle_whole(HttpExchange& exchange, const Route& route) {
  exchange.set_body(co_await read_body(exchange, route.body_limit));
  if (co_await meet_fault(exchange)) co_return;
  std::function<Response()> job = std::bind_front(std::cref(route.handler), std::cref(exchange.request()));
  auto response = co_await workers_.run(std::move(job));
  const bool last = finishing_;
  co_await exchange.answer(std::move(response), last);
}

asio::awaitable<std::string> Connection::read_body(HttpExchange& exchange, size_t limit) {
  const HttpError too_long(413, fmt::format("the body is longer than {} bytes", limit));
  if (exchange.body_size().value_or(0) > limit) throw too_long;
  const auto end = Clock::now() + options_.body_timeout;
  std::string body;
  std::vector<char> piece(16384);
  while (const size_t size = co_await exchange.read(asio::buffer(piece))) {
    body.append(piece.data(), size);
    if (body.size() > limit) throw too_long;
    if (Clock::now() > end) throw HttpError(408, "the request's body did not come in time");
  }
  co_return body;
}

/// Looks for the client's end while a handler runs: nothing may be reading then, or what was sent earlier may
/// be unread.
void Connection::watch() {
  watch_timer_.expires_after(200ms);
  watch_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error || !self->in_flight_) return;
    if (!self->client_is_gone()) return self->watch();
    self->in_flight_->request_stop();
  });
}

bool Connection::client_is_gone() {
  if (!link_.stream.socket().is_open()) return true;
  pollfd one{.fd = link_.stream.socket().native_handle(), .events = POLLRDHUP, .revents = 0};
  return poll(&one, 1, 0) == 1;
}

void Connection::log(const std::string& method, const std::string& target, int status,
                     Clock::time_point begin) const {
  if (!options_.log) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  options_.log(fmt::format("{} {} {} {} {} ms", timestamp(), method, target, status, took.count()));
}

}  // namespace fakes::http
