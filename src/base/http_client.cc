#include "base/http_client.h"

#include <sys/socket.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>

#include "base/error.h"

namespace harness {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::generic::stream_protocol::socket;

constexpr const char* kUnix = "unix:";

/// A connection to one server that a stop request breaks, whatever it is waiting for.
class Connection {
 public:
  Connection(const std::string& address, std::stop_token stop) : stop_(std::move(stop)), socket_(io_) {
    if (address.starts_with(kUnix)) {
      socket_.connect(asio::local::stream_protocol::endpoint(address.substr(5)));
    } else {
      connect_tcp(address.substr(address.find("//") + 2));
    }
    on_stop_.emplace(stop_, [this] { ::shutdown(socket_.native_handle(), SHUT_RDWR); });
  }

  http::request<http::string_body> request(http::verb verb, const std::string& path) const {
    http::request<http::string_body> request{verb, path, 11};
    request.set(http::field::host, host_);
    return request;
  }
  Socket& socket() { return socket_; }
  beast::flat_buffer& buffer() { return buffer_; }

 private:
  void connect_tcp(const std::string& authority) {
    host_ = authority;
    const auto colon = authority.rfind(':');
    asio::ip::tcp::resolver resolver(io_);
    asio::ip::tcp::socket tcp(io_);
    asio::connect(tcp, resolver.resolve(authority.substr(0, colon), colon == std::string::npos ? "80" : authority.substr(colon + 1)));
    tcp.set_option(asio::ip::tcp::no_delay(true));
    socket_ = std::move(tcp);
  }

  std::stop_token stop_;
  asio::io_context io_;
  Socket socket_;
  std::string host_ = "localhost";
  beast::flat_buffer buffer_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

HttpClient::HttpClient(std::string address) : address_(std::move(address)) {}

HttpResponse HttpClient::request(const std::string& method, const std::string& path, const std::string& body,
                                 const std::map<std::string, std::string>& headers, std::stop_token stop) const {
  try {
    Connection connection(address_, stop);
    auto request = connection.request(http::string_to_verb(method), path);
    for (const auto& [name, value] : headers) request.set(name, value);
    request.keep_alive(false);
    request.body() = body;
    request.prepare_payload();
    http::write(connection.socket(), request);
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    if (method == "HEAD") parser.skip(true);
    http::read(connection.socket(), connection.buffer(), parser);
    auto message = parser.release();
    HttpResponse response{static_cast<int>(message.result_int()), {}, std::move(message.body())};
    for (const auto& field : message) response.headers[lower(std::string_view(field.name_string().data(), field.name_string().size()))] = std::string(field.value());
    return response;
  } catch (const boost::system::system_error& e) {
    if (stop.stop_requested()) throw Cancelled();
    throw std::runtime_error(address_ + ": " + e.code().message());
  }
}

int HttpClient::stream_lines(const std::string& path, const std::function<bool(const std::string&)>& on_line, std::stop_token stop) const {
  try {
    Connection connection(address_, stop);
    http::write(connection.socket(), connection.request(http::verb::get, path));
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    http::read_header(connection.socket(), connection.buffer(), parser);
    const int status = static_cast<int>(parser.get().result_int());
    std::string pending;
    std::array<char, 65536> piece;
    while (status < 400 && !parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      beast::error_code error;
      // read_some returns as soon as something came; read would wait for the whole piece.
      http::read_some(connection.socket(), connection.buffer(), parser, error);
      if (error && error != http::error::need_buffer) throw boost::system::system_error(error);
      pending.append(piece.data(), piece.size() - parser.get().body().size);
      for (size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
        if (!on_line(pending.substr(0, end))) return status;
    }
    return status;
  } catch (const boost::system::system_error& e) {
    if (stop.stop_requested()) return 0;
    throw std::runtime_error(address_ + ": " + e.code().message());
  }
}

}  // namespace harness
