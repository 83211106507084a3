#include "deploy/gateway/certificates.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/base64.h"
#include "base/error.h"
#include "cluster/objects.h"

namespace harness {

namespace {

constexpr const char* kSelfSigned = "self-signed";
constexpr long kValidSeconds = 10L * 365 * 24 * 3600;

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* thing) const {
    free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Cert = std::unique_ptr<X509, Freed<X509_free>>;

/// Nobody is there who could be asked for a password.
int no_password(char*, int, int, void*) { return -1; }

template <typename Read>
auto read_pem(const std::string& text, Read read) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return read(bio.get());
}

template <typename Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!write(bio.get())) throw Error("OpenSSL cannot write a certificate", {.exit_code = kCluster});
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

void add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  X509_add_ext(certificate, extension.get(), -1);
}

}  // namespace

std::string problem_of(const Certificate& certificate) {
  if (certificate.chain.empty()) return "it has no tls.crt";
  if (certificate.key.empty()) return "it has no tls.key";
  const X509Cert chain(read_pem(
      certificate.chain, [](BIO* bio) { return PEM_read_bio_X509(bio, nullptr, no_password, nullptr); }));
  if (!chain) return "its tls.crt is no certificate in PEM";
  const Key key(read_pem(
      certificate.key, [](BIO* bio) { return PEM_read_bio_PrivateKey(bio, nullptr, no_password, nullptr); }));
  if (!key) return "its tls.key is no private key in PEM without a password";
  const bool fits = X509_check_private_key(chain.get(), key.get()) == 1;
  ERR_clear_error();
  return fits ? "" : "its tls.key is not the key of its tls.crt";
}

Certificate self_signed_certificate() {
  const Key key(EVP_EC_gen("P-256"));
  const X509Cert certificate(X509_new());
  if (!key || !certificate) throw Error("OpenSSL cannot make a certificate", {.exit_code = kCluster});
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_set_pubkey(certificate.get(), key.get());
  auto* name = X509_get_subject_name(certificate.get());
  const std::string title = "harness gateway (self-signed)";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(title.data()),
                             static_cast<int>(title.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost");
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    throw Error("OpenSSL cannot sign a certificate", {.exit_code = kCluster});
  return {pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }), pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

Certificate kept_certificate(const nlohmann::json& secret) {
  const auto kept = certificate_in(secret, kSelfSigned);
  return problem_of(kept).empty() ? kept : self_signed_certificate();
}

Certificate certificate_in(const nlohmann::json& secret, const std::string& name) {
  const auto value = [&](const std::string& key) {
    const auto pointer = "/" + key;
    const auto text = text_at(json_at(secret, "/stringData"), pointer.c_str());
    if (!text.empty()) return text;
    return base64_decoded(text_at(json_at(secret, "/data"), pointer.c_str())).value_or("");
  };
  return {value(name + ".crt"), value(name + ".key")};
}

std::string certificate_name(const TlsHost& host) {
  return host.secret.empty() ? kSelfSigned : host.name_space + "." + host.secret;
}

Certificates certificates_of(
    const std::vector<TlsHost>& hosts, const Certificate& fallback,
    const std::function<nlohmann::json(const std::string&, const std::string&)>& secret) {
  Certificates found{{{kSelfSigned, fallback}}, {}};
  for (const auto& host : hosts) {
    const auto name = certificate_name(host);
    if (host.secret.empty() || found.by_name.contains(name)) continue;
    const auto object = secret(host.name_space, host.secret);
    auto certificate = object.is_null() ? Certificate{} : certificate_in(object);
    const auto problem = object.is_null() ? "it does not exist" : problem_of(certificate);
    if (!problem.empty()) {
      found.remarks.emplace(
          host.component,
          fmt::format("warning: {}: Secret {}/{}: {}: the gateway has a self-signed certificate",
                      host.claimed_by, host.name_space, host.secret, problem));
      certificate = fallback;
    }
    found.by_name.emplace(name, std::move(certificate));
  }
  return found;
}

nlohmann::json certificates_secret(const Certificates& certificates, const std::string& name_space) {
  nlohmann::json data = nlohmann::json::object();
  for (const auto& [name, certificate] : certificates.by_name) {
    data[name + ".crt"] = base64_encoded(certificate.chain);
    data[name + ".key"] = base64_encoded(certificate.key);
  }
  return {{"apiVersion", "v1"},
          {"kind", "Secret"},
          {"metadata", {{"name", kCertificates}, {"namespace", name_space}}},
          {"data", data}};
}

}  // namespace harness
