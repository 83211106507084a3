#include "github/text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

namespace fakes::github {

namespace {

std::string hex(const unsigned char* bytes, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::string digest(const EVP_MD* kind, std::string_view data) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(data.data(), data.size(), bytes, &size, kind, nullptr);
  return hex(bytes, size);
}

std::string hmac(const EVP_MD* kind, const std::string& key, std::string_view data) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(kind, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
       data.size(), bytes, &size);
  return hex(bytes, size);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_sha(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)); }

std::string iso_time(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::optional<std::int64_t> parse_time(const std::string& text) {
  std::tm tm{};
  int read = 0, hours = 0, minutes = 0;
  char sign[2] = "";
  const char* all = text.c_str();
  if (text.size() < 10 || text.size() > 40 ||
      std::sscanf(all, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &read) != 3 || read != 10)
    return {};
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  const char* rest = all + 10;
  std::int64_t offset = 0;
  if (*rest != 0) {
    if (std::sscanf(rest, "%*[T ]%2d:%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &read) != 3 ||
        read != 9)
      return {};
    rest += read;
    if (*rest == '.') {
      const std::size_t digits = std::strspn(rest + 1, "0123456789");
      if (digits == 0) return {};
      rest += 1 + digits;
    }
    if (std::sscanf(rest, "%1[+-]%2d:%2d%n", sign, &hours, &minutes, &read) == 3 && rest[read] == 0)
      offset = (sign[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    else if (std::string_view(rest) != "Z" && *rest != 0)
      return {};
  }
  return static_cast<std::int64_t>(timegm(&tm)) - offset;
}

std::string sha1(std::string_view data) { return digest(EVP_sha1(), data); }
std::string sha256(std::string_view data) { return digest(EVP_sha256(), data); }
std::string hmac_sha1(const std::string& key, std::string_view data) { return hmac(EVP_sha1(), key, data); }
std::string hmac_sha256(const std::string& key, std::string_view data) {
  return hmac(EVP_sha256(), key, data);
}

std::string base64(std::string_view data) {
  std::vector<unsigned char> coded(4 * (data.size() / 3 + 1) + 1);
  const int size = EVP_EncodeBlock(coded.data(), reinterpret_cast<const unsigned char*>(data.data()),
                                   static_cast<int>(data.size()));
  return {reinterpret_cast<const char*>(coded.data()), static_cast<size_t>(size)};
}

std::optional<std::string> base64_decoded(const std::string& text) {
  if (text.empty() || text.size() % 4 != 0) return {};
  std::string plain(text.size(), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return {};
  const auto padding = std::min<size_t>(2, text.size() - text.find_last_not_of('=') - 1);
  plain.resize(static_cast<size_t>(size) - padding);
  return plain;
}

std::string uuid() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes, sizeof bytes);
  for (const size_t place : {20, 16, 12, 8}) text.insert(place, "-");
  return text;
}

std::string url_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 128 && std::isalnum(byte)) || std::string_view("-._~").find(c) != std::string_view::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", byte);
  }
  return result;
}

}  // namespace fakes::github
