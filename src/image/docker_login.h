#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace harness {

/// What `docker login` keeps for a registry. Secret: never shown, logged or written.
struct DockerLogin {
  std::string user = {}, password = {};
  std::string identity_token = {};  ///< in place of a password: what the token server takes as refresh_token
  std::string registry_token = {};  ///< in place of both: what the registry itself takes
};

/// docker's file of settings: $DOCKER_CONFIG/config.json, else ~/.docker/config.json.
std::string docker_config_file();

/// The login for `host` ("registry.example.com:5000"), where docker's client would find it: by the credential
/// helper that its file names for the host (`credHelpers`) or for all (`credsStore`), else in the file
/// (`auths`). Nothing is changed there. Nothing where there is no login. Throws Error (kBuild) naming file or
/// helper where one cannot be read, is missing, fails, or does not answer within `patience` (it may ask its
/// user for a password); Cancelled once `stop` is requested.
std::optional<DockerLogin> docker_login(const std::string& host, std::stop_token stop,
                                        std::chrono::milliseconds patience);

}  // namespace harness
