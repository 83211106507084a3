#include "gerrit/ids.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace fakes::gerrit {

namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string sha1_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1 is not available");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string encoded(std::string_view name) {
  std::string result;
  for (const unsigned char c : name) {
    const bool plain = c < 128 && (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '*');
    result += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return result;
}

std::string triplet(const Change& change) {
  return encoded(change.project) + "~" + encoded(change.branch) + "~" + change.change_id;
}

std::string change_ref(int number, int patch_set) {
  return fmt::format("refs/changes/{:02}/{}/{}", number % 100, number, patch_set);
}

std::string short_name(std::string_view ref) {
  constexpr std::string_view kHeads = "refs/heads/";
  return std::string(ref.starts_with(kHeads) ? ref.substr(kHeads.size()) : ref);
}

std::string full_name(std::string_view branch) {
  if (branch == "HEAD" || branch.starts_with("refs/")) return std::string(branch);
  return "refs/heads/" + std::string(branch);
}

bool is_ref_name(std::string_view ref) {
  if (!ref.starts_with("refs/") || ref.ends_with('/') || ref.ends_with('.') || ref.ends_with(".lock"))
    return false;
  for (const char* bad : {"..", "//", "/.", "@{"})
    if (ref.find(bad) != std::string_view::npos) return false;
  return std::none_of(ref.begin(), ref.end(), [](unsigned char c) {
    return c <= ' ' || c == 127 ||
           std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_sha(std::string_view text) { return text.size() == 40 && all_of(text, "0123456789abcdef"); }
bool is_number(std::string_view text) { return text.size() <= 9 && all_of(text, "0123456789"); }
bool is_hex(std::string_view text) { return all_of(text, "0123456789abcdefABCDEF"); }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string change_id_of(std::string_view message) {
  constexpr std::string_view kFooter = "\nChange-Id: ";
  const auto begin = message.rfind(kFooter);
  if (begin == std::string_view::npos) return "";
  auto id = message.substr(begin + kFooter.size());
  id = id.substr(0, id.find_first_of(" \r\n"));
  return id.starts_with('I') && is_sha(id.substr(1)) ? std::string(id) : "";
}

}  // namespace fakes::gerrit
