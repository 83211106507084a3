#pragma once

#include "github/state.h"

namespace fakes::github {

/// Three parts with dots between them, the first of which is a JSON object.
bool looks_like_jwt(const std::string& token);

/// The app that a JSON Web Token is of: by its `iss` (the app's or its client's id), signed with RS256 by the
/// app's key, issued in the past, and valid for at most 10 minutes from now (RFC 7519;
/// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app).
/// Throws ApiError (401) saying what is wrong.
const App& app_of_jwt(const std::string& token, const State& state);

/// An installation's token that has not expired; else nullptr.
const Token* find_token(const State& state, const std::string& value);

/// Whether it is the PEM of an RSA public key.
bool is_public_key(const std::string& pem);

}  // namespace fakes::github
