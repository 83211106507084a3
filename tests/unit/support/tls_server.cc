#include "support/tls_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/process.h"

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

TestCertificates::TestCertificates() {
  const auto script = R"(set -e
authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem; }
signed() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout $1.key -out $1.csr
  printf "$3" > $1.ext
  openssl x509 -req -in $1.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile $1.ext -out $1.pem
}
authority authority
authority other
signed server server 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:api.test'
signed client tester 'extendedKeyUsage=clientAuth'
)";
  const auto made = harness::run({.args = {"sh", "-c", script}, .dir = files_.root()}, {});
  EXPECT_TRUE(made.ok()) << made.err;
}

std::string TestCertificates::pem(const std::string& name) const { return harness::read_file(files_ / name); }

TlsServer::TlsServer(const TestCertificates& certificates, Handler handler)
    : handler_(std::move(handler)), tcp_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  context_.use_certificate_chain_file(certificates.file("server.pem"));
  context_.use_private_key_file(certificates.file("server.key"), asio::ssl::context::pem);
  context_.load_verify_file(certificates.file("authority.pem"));
  context_.set_verify_mode(asio::ssl::verify_peer);
  acceptor_ = std::jthread([this] {
    while (true) {
      tcp::socket socket(io_);
      boost::system::error_code error;
      tcp_.accept(socket, error);
      const std::lock_guard lock(mutex_);
      if (error || ending_) return;
      ++connections_;
      open_.push_back(socket.native_handle());
      threads_.emplace_back([this, kept = std::move(socket)]() mutable { serve(std::move(kept)); });
    }
  });
}

TlsServer::~TlsServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(tcp_.native_handle(), SHUT_RDWR);  // wakes accept()
  acceptor_.join();
  threads_.clear();
}

std::vector<TlsServer::Request> TlsServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

namespace {

std::string subject_of(SSL* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
  if (!certificate) return "";
  char name[100] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  return name;
}

}  // namespace

void TlsServer::serve(tcp::socket socket) {
  const int descriptor = socket.native_handle();
  boost::system::error_code error;
  asio::ssl::stream<tcp::socket> stream(std::move(socket), context_);
  stream.handshake(asio::ssl::stream_base::server, error);
  boost::beast::flat_buffer buffer;
  while (!error) {
    http::request<http::string_body> message;
    http::read(stream, buffer, message, error);
    if (error) break;
    Request request{std::string(message.method_string()),
                    std::string(message.target()),
                    subject_of(stream.native_handle()),
                    {}};
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      auto& value = request.headers[name];
      value += (value.empty() ? "" : ", ") + std::string(field.value());
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const auto [status, body] = handler_(request);
    http::response<http::string_body> response(static_cast<http::status>(status), 11, body);
    response.prepare_payload();
    http::write(stream, response, error);
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, descriptor);
}
