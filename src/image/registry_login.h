#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/http.h"
#include "image/auth_challenge.h"
#include "image/docker_login.h"
#include "image/registry_tls.h"
#include "image/registry_url.h"

namespace harness {

/// What requests to one registry have in their Authorization header: nothing until the registry has asked for
/// it, then the login that docker has for it (image/docker_login.h), by HTTP's Basic or by a token that its
/// token server gives for it, or for nobody (https://distribution.github.io/distribution/spec/auth/token/).
/// Tokens are kept for as long as they hold. Thread-safe.
class RegistryLogin {
 public:
  /// `registry`: where it is asked; its name for docker's files is `registry.host`. `tls`: for token servers,
  /// too.
  RegistryLogin(RegistryUrl registry, RegistryTls tls);

  /// The header's value for "repository:acme/web:pull,push" and the like; "" where none is known to be
  /// needed. Throws as answer_to() does.
  std::string authorization(const std::vector<std::string>& scopes, const Deadline& deadline);
  /// After a 401 to a request that had `sent` as its header: what to send instead. Throws Error (kBuild),
  /// which names the registry and `docker login`, where there is no other login, or it is refused; HttpError
  /// where the token server cannot be reached.
  std::string answer_to(const std::string& challenges, const std::vector<std::string>& scopes,
                        const std::string& sent, const Deadline& deadline);
  /// The error for a registry that did not take that either.
  [[noreturn]] void fail_denied(const std::vector<std::string>& scopes, const HttpResponse& response) const;
  /// Whether the registry has asked for a login.
  bool is_asked() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Token {
    std::string text;
    Clock::time_point end;
  };
  std::string current(const std::vector<std::string>& scopes, const Deadline& deadline);
  std::string basic() const;
  Token fetch(const std::vector<std::string>& scopes, const Deadline& deadline) const;
  HttpResponse ask(const RegistryUrl& realm, const std::vector<std::string>& scopes,
                   const Deadline& deadline) const;
  void choose(const std::string& challenges);
  /// Password or token are told to nobody who could be listened to.
  void require_private(const RegistryUrl& realm) const;
  [[noreturn]] void refuse(const std::string& by) const;

  const RegistryUrl registry_;
  const RegistryTls tls_;
  mutable std::mutex mutex_;
  std::optional<AuthChallenge> challenge_;            ///< of the registry's last 401
  std::optional<DockerLogin> login_;                  ///< docker's, then
  std::map<std::vector<std::string>, Token> tokens_;  ///< by scopes
};

}  // namespace harness
