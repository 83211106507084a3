#include "github/jwt.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "github/errors.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr Time kLongest = 600;  // seconds

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key key_of(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return {memory ? PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr) : nullptr, EVP_PKEY_free};
}

std::optional<std::string> base64url_decoded(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return base64_decoded(text);
}

Json object_in(const std::string& part) {
  const auto text = base64url_decoded(part);
  const Json json = text ? Json::parse(*text, nullptr, false) : Json();
  return json.is_object() ? json : Json();
}

bool is_signed(const std::string& text, const std::string& signature, const App& app) {
  const Key key = key_of(app.public_key);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

const App* issuer(const Json& claims, const State& state) {
  const Json iss = claims.value("iss", Json());
  for (const auto& [id, app] : state.data.apps)
    if (iss == id || iss == std::to_string(id) || (iss.is_string() && iss == app.client_id)) return &app;
  return nullptr;
}

}  // namespace

bool looks_like_jwt(const std::string& token) {
  const auto first = token.find('.'), second = token.find('.', first + 1);
  return first != std::string::npos && second != std::string::npos &&
         token.find('.', second + 1) == std::string::npos && object_in(token.substr(0, first)).is_object();
}

const App& app_of_jwt(const std::string& token, const State& state) {
  const auto first = token.find('.'), second = token.find('.', first + 1);
  const Json head = object_in(token.substr(0, first)),
             claims = object_in(token.substr(first + 1, second - first - 1));
  const auto signature = base64url_decoded(token.substr(second + 1));
  if (!claims.is_object() || head.value("alg", Json()) != "RS256" || !signature)
    throw ApiError(401, "A JSON web token could not be decoded");
  const App* app = issuer(claims, state);
  if (!app) throw ApiError(401, "Integration not found");
  if (!is_signed(token.substr(0, second), *signature, *app))
    throw ApiError(401, "A JSON web token could not be decoded");
  const Json iat = claims.value("iat", Json()), exp = claims.value("exp", Json());
  if (!exp.is_number() || exp.get<double>() <= static_cast<double>(now()))
    throw ApiError(401,
                   "'Expiration time' claim ('exp') must be a numeric value representing the future time at "
                   "which the assertion expires");
  if (exp.get<double>() > static_cast<double>(now() + kLongest))
    throw ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  if (!iat.is_number() || iat.get<double>() > static_cast<double>(now()))
    throw ApiError(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  return *app;
}

const Token* find_token(const State& state, const std::string& value) {
  const auto found = state.data.tokens.find(value);
  return found == state.data.tokens.end() || found->second.expires <= now() ? nullptr : &found->second;
}

bool is_public_key(const std::string& pem) {
  const Key key = key_of(pem);
  return key && EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA;
}

}  // namespace fakes::github
