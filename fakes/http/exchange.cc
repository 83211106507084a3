#include "http/exchange.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <ctime>
#include <utility>

#include "http/http_exchange.h"

namespace fakes::http {

namespace beast = boost::beast::http;

std::string head_text(const Response& head) {
  const auto reason = beast::obsolete_reason(beast::int_to_status(static_cast<unsigned>(head.status)));
  std::string lines =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", head.status,
                  std::string_view(reason.data(), reason.size()), fmt::gmtime(std::time(nullptr)));
  for (const auto& [name, value] : head.headers) {
    std::string one_line = value;
    std::replace_if(
        one_line.begin(), one_line.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    lines += name + ": " + one_line + "\r\n";
  }
  return lines + "\r\n";
}

HttpExchange::HttpExchange(Link& link, Parser& parser, Request request)
    : link_(link),
      parser_(parser),
      request_(std::move(request)),
      head_only_(request_.method == "HEAD"),
      keep_alive_(parser.get().keep_alive()) {}

std::optional<std::uint64_t> HttpExchange::body_size() const {
  if (parser_.chunked()) return {};
  const auto size = parser_.content_length();
  return size ? *size : 0;
}

asio::awaitable<void> HttpExchange::accept_body() {
  if (accepted_) co_return;
  accepted_ = true;
  const bool asked = boost::beast::iequals(parser_.get()[beast::field::expect], "100-continue");
  if (!asked || parser_.is_done() || link_.buffer.size() > 0) co_return;
  const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  co_await link_.write(asio::buffer(go_on));
}

asio::awaitable<std::size_t> HttpExchange::read(asio::mutable_buffer buffer) {
  if (!accepted_) co_await accept_body();
  co_return co_await read_within(buffer, link_.pause);
}

asio::awaitable<std::size_t> HttpExchange::read_within(asio::mutable_buffer buffer,
                                                       std::chrono::milliseconds time) {
  auto& body = parser_.get().body();
  while (!parser_.is_done()) {
    if (stopped_) throw ClientGone("reading was stopped");
    body.data = buffer.data();
    body.size = buffer.size();
    body.more = true;
    link_.reading.arm(time);
    const auto [error, ignored] =
        co_await beast::async_read_some(link_.stream, link_.buffer, parser_, kTuple);
    link_.reading.disarm();
    if (const size_t size = buffer.size() - body.size) co_return size;
    if (!error || error == beast::error::need_buffer) continue;
    if (link_.reading.expired()) throw HttpError(408, "the request's body stopped coming");
    const bool malformed = error.category() == beast::make_error_code(beast::error::bad_chunk).category() &&
                           error != beast::error::partial_message && error != beast::error::end_of_stream;
    if (malformed) throw HttpError(400, "the request's body is malformed: " + error.message());
    throw ClientGone("cannot read: " + error.message());
  }
  co_return 0;
}

asio::awaitable<bool> HttpExchange::drain() {
  std::array<char, 16384> waste;
  size_t left = 65536;
  stopped_ = false;
  if (!accepted_ && !parser_.get()[beast::field::expect].empty())
    co_return parser_.is_done();  // it may never send it
  try {
    while (left > 0 && !parser_.is_done())
      left -= std::min(left, co_await read_within(asio::buffer(waste), std::chrono::seconds(1)));
  } catch (const std::runtime_error&) {
    co_return false;
  }
  co_return parser_.is_done();
}

void HttpExchange::stop_reading() {
  stopped_ = true;
  link_.cancel();
}

void HttpExchange::tell() {
  if (const auto told = std::exchange(tell_, nullptr)) told();
}

asio::awaitable<void> HttpExchange::send_head(Response head) {
  status_ = head.status;
  gap_ = head.gap;
  if (to_come_ == 0) tell();
  if (!keep_alive_)
    head.headers.emplace_back("Connection", "close");
  else if (parser_.get().version() < 11)
    head.headers.emplace_back("Connection", "keep-alive");
  const std::string lines = head_text(head);
  link_.hold_together(true);
  co_await link_.write(asio::buffer(lines));
}

asio::awaitable<void> HttpExchange::begin(Response head, std::optional<std::uint64_t> size) {
  if (size) {
    to_come_ = head_only_ ? 0 : *size;
    head.headers.emplace_back("Content-Length", std::to_string(*size));
  } else if (parser_.get().version() >= 11) {
    chunked_ = true;
    head.headers.emplace_back("Transfer-Encoding", "chunked");
  } else {
    keep_alive_ = false;  // HTTP/1.0 has no chunks: the end of the connection is the end of the answer
  }
  co_await send_head(std::move(head));
}

asio::awaitable<void> HttpExchange::write(asio::const_buffer data) {
  if (head_only_ || data.size() == 0) co_return;
  if (!chunked_) {
    if (to_come_) *to_come_ -= std::min<std::uint64_t>(*to_come_, data.size());
    if (to_come_ == 0) tell();
    co_await send_body(data);
    co_return;
  }
  std::string chunk = fmt::format("{:x}\r\n", data.size());
  chunk.append(static_cast<const char*>(data.data()), data.size()).append("\r\n");
  co_await send_body(asio::buffer(chunk));
}

asio::awaitable<void> HttpExchange::send_body(asio::const_buffer data) {
  const bool whole = !left_ || data.size() <= *left_;
  if (!whole) data = asio::buffer(data.data(), static_cast<std::size_t>(*left_));
  if (data.size() > 0) co_await link_.write(data);
  if (left_) *left_ -= data.size();
  if (!whole) throw ClientGone("broken off, as was asked for");
}

asio::awaitable<void> HttpExchange::end() {
  const std::string_view last = "0\r\n\r\n";
  tell();
  if (chunked_ && !head_only_) co_await send_body(asio::buffer(last));
  link_.hold_together(false);
  ended_ = true;
}

asio::awaitable<void> HttpExchange::answer(Response response, bool last) {
  if (last) keep_alive_ = false;
  const bool no_body = response.status == 204 || response.status == 304;
  if (!no_body) response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  const std::string body = no_body ? "" : std::move(response.body);
  to_come_ = 0;  // head and body leave together
  co_await send_head(std::move(response));
  if (!head_only_) co_await send_body(asio::buffer(body));
  link_.hold_together(false);
  ended_ = true;
}

}  // namespace fakes::http
