#include "http/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace fakes::http {

namespace {

namespace beast = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// Why a request cannot be served whatever it asks for; 0 where it can.
std::pair<int, std::string> objection(const Parser& parser) {
  const auto& head = parser.get();
  if (head.count(beast::field::transfer_encoding) && !parser.chunked())
    return {501, "of transfer encodings only chunked is known"};
  const auto expect = head[beast::field::expect];
  if (!expect.empty() && !boost::beast::iequals(expect, "100-continue"))
    return {417, "only Expect: 100-continue is known"};
  return {0, ""};
}

}  // namespace

Request to_request(const Parser& parser, const tcp::socket& socket, std::stop_token gone) {
  const auto& head = parser.get();
  Request request;
  request.received = std::chrono::system_clock::now();
  request.method = view(head.method_string());
  request.target = view(head.target());
  std::string local = request.target;
  for (const std::string scheme : {"http://", "https://"})  // a proxy's form: http://host/path
    if (local.starts_with(scheme))
      local = local.substr(std::min(local.find('/', scheme.size()), local.size()));
  const size_t mark = std::min(local.find('?'), local.size());
  request.path = mark == 0 ? "/" : local.substr(0, mark);
  request.query = mark < local.size() ? local.substr(mark + 1) : "";
  for (const auto& field : head) request.headers.emplace_back(view(field.name_string()), view(field.value()));
  boost::system::error_code ignored;
  request.client = socket.remote_endpoint(ignored).address().to_string();
  request.gone = std::move(gone);
  return request;
}

asio::awaitable<Head> read_head(Link& link, Parser& parser, const ServerOptions& options) {
  parser.header_limit(static_cast<std::uint32_t>(options.header_limit));
  parser.body_limit(boost::none);
  link.reading.arm(options.header_timeout);
  const auto [error, ignored] = co_await beast::async_read_header(link.stream, link.buffer, parser, kTuple);
  link.reading.disarm();
  if (!error) {
    const auto [status, cause] = objection(parser);
    co_return Head{.read = status == 0, .status = status, .cause = cause};
  }
  if (link.reading.expired())
    co_return Head{.status = 408, .cause = "the request's head did not come in time"};
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow)
    co_return Head{.status = 431,
                   .cause = fmt::format("the request's head is longer than {} bytes", options.header_limit)};
  const bool cut = error == beast::error::end_of_stream || error == beast::error::partial_message;
  if (cut || error.category() != beast::make_error_code(beast::error::bad_method).category())
    co_return Head{};
  co_return Head{.status = 400, .cause = "not an HTTP/1.1 request: " + error.message()};
}

}  // namespace fakes::http
