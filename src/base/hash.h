#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace harness {

/// SHA-256 by OpenSSL EVP.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::string_view data);
  std::string hex();  ///< 64 lower-case digits; ends the computation

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view data);

}  // namespace harness
