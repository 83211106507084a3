#include "support/tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace {

template <auto Free>
struct Freed {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

void require(bool ok) {
  if (!ok) throw std::runtime_error("OpenSSL fails");
}

Memory memory_of(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
Key key_of(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(memory_of(pem).get(), nullptr, nullptr, nullptr));
}
Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(memory_of(pem).get(), nullptr, nullptr, nullptr));
}

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(size)};
}

void extend(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// Signed by `issuer`, or, where that is null, by itself.
TestCertificate make(const std::string& name, const TestCertificate* issuer) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  require(key && certificate);
  X509_set_version(certificate.get(), 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const auto parent = issuer ? certificate_of(issuer->certificate) : nullptr;
  X509_set_issuer_name(certificate.get(), parent ? X509_get_subject_name(parent.get()) : subject);
  extend(certificate.get(), NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (issuer) extend(certificate.get(), NID_subject_alt_name, "DNS:" + name);
  const auto signer = issuer ? key_of(issuer->key) : nullptr;
  require(X509_sign(certificate.get(), signer ? signer.get() : key.get(), EVP_sha256()) > 0);
  const Memory pem(BIO_new(BIO_s_mem())), private_pem(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(pem.get(), certificate.get()) == 1 &&
          PEM_write_bio_PrivateKey(private_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {text_of(pem), text_of(private_pem)};
}

int listen_on_loopback(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  require(bind(fd, any, size) == 0 && listen(fd, 16) == 0 && getsockname(fd, any, &size) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

TestAuthority::TestAuthority() {
  static int count = 0;
  own_ = make("authority " + std::to_string(++count) + " of a test", nullptr);
}

TestCertificate TestAuthority::issue(const std::string& name) const { return make(name, &own_); }

struct TlsFront::Context {
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> ssl{SSL_CTX_new(TLS_server_method())};
};

TlsFront::TlsFront(int behind, const TestCertificate& own, const std::string& client_authority)
    : behind_(behind), context_(std::make_unique<Context>()) {
  auto* ssl = context_->ssl.get();
  require(SSL_CTX_use_certificate(ssl, certificate_of(own.certificate).get()) == 1 &&
          SSL_CTX_use_PrivateKey(ssl, key_of(own.key).get()) == 1);
  if (!client_authority.empty()) {
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), certificate_of(client_authority).get());
  }
  listening_ = listen_on_loopback(port_);
  thread_ = std::jthread([this] { accept(); });
}

TlsFront::~TlsFront() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (auto& one : connections_) {
      shutdown(one.client, SHUT_RDWR);
      if (one.server >= 0) shutdown(one.server, SHUT_RDWR);
    }
  }
  shutdown(listening_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  for (auto& one : connections_) one.thread.join();
  for (auto& one : connections_) {
    close(one.client);
    if (one.server >= 0) close(one.server);
  }
  close(listening_);
}

void TlsFront::accept() {
  while (true) {
    const int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (client < 0) return;
    if (ending_) return static_cast<void>(close(client));
    auto& kept = connections_.emplace_back(Connection{client, connect_to(behind_)});
    kept.thread = std::jthread([this, &kept] { serve(kept); });
  }
}

void TlsFront::serve(Connection& connection) {
  sigset_t pipe;  // OpenSSL writes to clients that are gone
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  const std::unique_ptr<SSL, Freed<SSL_free>> ssl(SSL_new(context_->ssl.get()));
  SSL_set_fd(ssl.get(), connection.client);
  if (connection.server >= 0 && SSL_accept(ssl.get()) == 1) {
    relay(ssl.get(), connection.client, connection.server);
    SSL_shutdown(ssl.get());
  }
  shutdown(connection.client, SHUT_RDWR);
  if (connection.server >= 0) shutdown(connection.server, SHUT_RDWR);
}

void TlsFront::relay(void* with, int client, int server) {
  auto* ssl = static_cast<SSL*>(with);
  char data[16384];
  while (true) {
    pollfd ready[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (SSL_pending(ssl) == 0 && poll(ready, 2, -1) < 0) return;
    if (SSL_pending(ssl) > 0 || ready[0].revents) {
      const int size = SSL_read(ssl, data, sizeof data);
      if (size <= 0 || send(server, data, static_cast<size_t>(size), MSG_NOSIGNAL) != size) return;
    }
    if (ready[1].revents) {
      const auto size = recv(server, data, sizeof data, 0);
      if (size <= 0 || SSL_write(ssl, data, static_cast<int>(size)) <= 0) return;
    }
  }
}
