#include "gerrit/call.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "gerrit/ids.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

bool is_user_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c > ' ' && c < 127 && c != '<' && c != '>';
  });
}

/// The value of the cookie `o`, which git hosts at Google use: "git-NAME=SECRET".
std::string cookie_user(const std::string& cookies) {
  for (size_t begin = 0; begin < cookies.size();) {
    const size_t end = std::min(cookies.find(';', begin), cookies.size());
    std::string one = cookies.substr(begin, end - begin);
    one.erase(0, one.find_first_not_of(' '));
    if (one.starts_with("o=")) return one.substr(2, one.find('=', 2) - 2);
    begin = end + 1;
  }
  return "";
}

}  // namespace

int Call::user() const {
  if (!caller) throw HttpError(403, "Authentication required");
  return *caller;
}

std::optional<int> Call::number(const std::string& name, const std::string& also) const {
  for (const auto& one : {name, also}) {
    const auto text = query.find(one);
    if (!text) continue;
    if (!is_number(*text))
      throw HttpError(400, fmt::format("\"{}\" is not a valid value for \"-{}\"", *text, name));
    return std::stoi(*text);
  }
  return {};
}

http::Response Call::json(int status, const Json& value) const {
  const auto pretty = query.get("pp");
  const int indent = pretty == "1" || pretty == "true" ? 2 : -1;
  return {status,
          {{"Content-Type", "application/json; charset=UTF-8"}},
          ")]}'\n" + value.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n"};
}

std::string base64_decoded(std::string text) {
  while (text.size() % 4 != 0) text += '=';
  std::string decoded(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const int padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (size < padding) return "";
  decoded.resize(static_cast<std::size_t>(size - padding));  // the decoder counts them as zeros
  return decoded;
}

http::Response base64(const std::string& bytes, const std::string& type) {
  std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return {200,
          {{"Content-Type", "text/plain; charset=ISO-8859-1"},
           {"X-FYI-Content-Encoding", "base64"},
           {"X-FYI-Content-Type", type}},
          encoded};
}

http::Response text_error(int status, const std::string& message) {
  return {status,
          {{"Content-Type", "text/plain; charset=UTF-8"}},
          message.ends_with('\n') ? message : message + "\n"};
}

std::optional<std::string> user_name_of(const http::Request& request) {
  const std::string value = http::header(request.headers, "Authorization");
  const auto space = value.find(' ');
  const std::string scheme = lower(value.substr(0, space));
  std::string name;
  if (space != std::string::npos && scheme == "basic") {
    const std::string pair = base64_decoded(value.substr(value.find_first_not_of(' ', space)));
    if (pair.find(':') != std::string::npos) name = pair.substr(0, pair.find(':'));
  } else if (space != std::string::npos && scheme == "bearer") {
    name = value.substr(value.find_first_not_of(' ', space));
  } else if (value.empty()) {
    name = cookie_user(http::header(request.headers, "Cookie"));
  }
  if (!is_user_name(name)) return {};
  return name;
}

}  // namespace fakes::gerrit
