#pragma once

#include <boost/beast/http.hpp>
#include <functional>

#include "http/exchange.h"
#include "http/link.h"

namespace fakes::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// An Exchange over a Link: the request's head has been parsed, its body has not been read.
class HttpExchange : public Exchange {
 public:
  HttpExchange(Link& link, Parser& parser, Request request);

  const Request& request() const override { return request_; }
  asio::any_io_executor executor() override { return link_.stream.get_executor(); }
  std::optional<std::uint64_t> body_size() const override;
  asio::awaitable<void> accept_body() override;
  asio::awaitable<std::size_t> read(asio::mutable_buffer buffer) override;
  void stop_reading() override;
  asio::awaitable<void> begin(Response head, std::optional<std::uint64_t> size) override;
  asio::awaitable<void> write(asio::const_buffer data) override;
  void keep(std::string excerpt) override { request_.body = std::move(excerpt); }
  asio::awaitable<void> end() override;

  /// A whole answer. With `last` it says that the connection ends with it.
  asio::awaitable<void> answer(Response response, bool last);

  /// Reads the little that may be left of the body once the answer is out; false where it is more than that.
  asio::awaitable<bool> drain();

  void set_params(std::map<std::string, std::string> params) { request_.params = std::move(params); }
  void set_body(std::string body) { request_.body = std::move(body); }
  /// The client gets so many bytes of the answer's body; then the connection is cut.
  void break_off_after(std::uint64_t size) { left_ = size; }
  bool body_done() const { return parser_.is_done(); }
  int status() const { return status_; }           ///< 0 until the answer began
  const std::string& gap() const { return gap_; }  ///< of the answer
  bool ended() const { return ended_; }
  bool keep_alive() const { return keep_alive_; }
  void end_connection_after() { keep_alive_ = false; }
  /// `told` is called once, before the last of the answer is sent; `status` and `gap` are known by then.
  void before_the_last(std::function<void()> told) { tell_ = std::move(told); }

 private:
  asio::awaitable<std::size_t> read_within(asio::mutable_buffer buffer, std::chrono::milliseconds time);
  asio::awaitable<void> send_head(Response head);
  asio::awaitable<void> send_body(asio::const_buffer data);
  void tell();

  Link& link_;
  Parser& parser_;
  Request request_;
  const bool head_only_;
  bool keep_alive_;
  bool accepted_ = false, stopped_ = false, chunked_ = false, ended_ = false;
  int status_ = 0;
  std::string gap_;
  std::optional<std::uint64_t> left_;     ///< until it breaks off
  std::optional<std::uint64_t> to_come_;  ///< of a body whose size was said
  std::function<void()> tell_;
};

/// The bytes of an answer up to its empty line.
std::string head_text(const Response& head);

}  // namespace fakes::http
