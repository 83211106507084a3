#include "base/hash.h"

#include <openssl/evp.h>

#include <array>

namespace harness {

struct Hash::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Hash::Hash(Kind kind) : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->evp, kind == Kind::sha1 ? EVP_sha1() : EVP_sha256(), nullptr);
}
Hash::~Hash() = default;

void Hash::update(std::string_view data) { EVP_DigestUpdate(context_->evp, data.data(), data.size()); }

std::string Hash::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->evp, digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.hex();
}

}  // namespace harness
