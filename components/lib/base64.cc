#include "lib/base64.h"

#include <openssl/evp.h>

namespace ci {

std::string base64(std::string_view data) {
  std::string text(4 * ((data.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(data.data()), static_cast<int>(data.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

}  // namespace ci
