#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace harness {

std::string base64_encoded(std::string_view data) {
  std::string text(4 * ((data.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(data.data()), static_cast<int>(data.size()));
  return text;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return c == '\n' || c == '\r'; });
  const auto padding =
      static_cast<size_t>(std::distance(std::find(packed.begin(), packed.end(), '='), packed.end()));
  // OpenSSL takes any number of = for zeros.
  if (packed.size() % 4 != 0 || padding > 2 ||
      packed.find_first_not_of('=', packed.size() - padding) != std::string::npos)
    return std::nullopt;
  std::string data(3 * packed.size() / 4, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(data.data()),
                      reinterpret_cast<const unsigned char*>(packed.data()), static_cast<int>(packed.size()));
  if (size < 0) return std::nullopt;
  data.resize(static_cast<size_t>(size) - padding);
  return data;
}

}  // namespace harness
