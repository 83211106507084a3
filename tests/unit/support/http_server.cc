#include "support/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>

namespace asio = boost::asio;
namespace http = boost::beast::http;

bool HttpServer::Answer::send(const std::string& bytes) {
  boost::system::error_code error;
  asio::write(socket_, asio::buffer(bytes), error);
  return !error;
}

void HttpServer::Answer::reply(int status, const std::string& body,
                               const std::map<std::string, std::string>& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!headers.contains("Content-Length")) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(text + "\r\n" + body);
}

void HttpServer::Answer::wait_for_close() {
  char byte = 0;
  boost::system::error_code error;
  while (!error) socket_.read_some(asio::buffer(&byte, 1), error);
}

HttpServer::HttpServer(Handler handler, const std::string& unix_socket) : handler_(std::move(handler)) {
  const auto listen = [this](Acceptor& acceptor, const auto& endpoint) {
    acceptor.open(asio::generic::stream_protocol(endpoint.protocol()));
    acceptor.bind(endpoint);
    acceptor.listen();
    threads_.emplace_back([this, &acceptor] { accept(acceptor); });
  };
  listen(tcp_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto bound = tcp_.local_endpoint();
  port_ = ntohs(reinterpret_cast<const sockaddr_in*>(bound.data())->sin_port);
  if (!unix_socket.empty()) listen(unix_, asio::local::stream_protocol::endpoint(unix_socket));
}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (auto& connection : connections_) ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
  }
  for (auto* acceptor : {&tcp_, &unix_})
    if (acceptor->is_open()) ::shutdown(acceptor->native_handle(), SHUT_RDWR);  // wakes accept()
  threads_.clear();
  connections_.clear();
}

void HttpServer::accept(Acceptor& acceptor) {
  while (true) {
    Socket socket(io_);
    boost::system::error_code error;
    acceptor.accept(socket, error);
    const std::lock_guard lock(mutex_);
    if (error || ending_) return;
    connections_.remove_if([](const Connection& one) { return one.ended.load(); });
    auto& kept = connections_.emplace_back(std::move(socket));
    kept.thread = std::jthread([this, &kept] {
      serve(kept.socket);
      kept.ended = true;
    });
  }
}

void HttpServer::serve(Socket& socket) {
  boost::system::error_code error;
  boost::beast::flat_buffer buffer;
  http::request_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  http::read(socket, buffer, parser, error);
  if (!error) {
    const auto& message = parser.get();
    Request request{std::string(message.method_string()), std::string(message.target()), message.body(), {}};
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      request.headers[name] = std::string(field.value());
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    Answer answer(socket);
    handler_(request, answer);
  }
  ::shutdown(socket.native_handle(),
             SHUT_RDWR);  // the destructor may be doing so too: closed once the thread has ended
}

std::vector<HttpServer::Request> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

size_t HttpServer::count(const std::string& method_and_target) const {
  const auto all = requests();
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [&](const auto& r) { return r.method + " " + r.target == method_and_target; }));
}
