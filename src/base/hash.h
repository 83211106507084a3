#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace harness {

/// A hash by OpenSSL EVP.
class Hash {
 public:
  void update(std::string_view data);
  std::string hex();  ///< lower-case digits; ends the computation

 protected:
  enum class Kind { sha1, sha256 };
  explicit Hash(Kind kind);
  ~Hash();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Sha256 : public Hash {
 public:
  Sha256() : Hash(Kind::sha256) {}
};

/// What git names contents by.
class Sha1 : public Hash {
 public:
  Sha1() : Hash(Kind::sha1) {}
};

std::string sha256_hex(std::string_view data);

}  // namespace harness
