#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "hook/config.h"
#include "http/message.h"
#include "lib/github.h"
#include "lib/kube.h"

namespace ci {

/// Takes GitHub's webhooks (https://docs.github.com/webhooks): comments with commands, pull requests, pushes.
/// Thread-safe.
class Events {
 public:
  struct Settings {
    const GitHub& github;
    const Kube& kube;
    std::string secret;              ///< with which GitHub signs
    std::function<Config()> config;  ///< as it is at this moment; throws where it cannot be read
    std::string clonerefs_image;
    std::string git_endpoint;  ///< not empty: repositories are cloned from GIT_ENDPOINT/ORG/REPO, whatever
                               ///< GitHub says
  };
  explicit Events(Settings settings) : settings_(std::move(settings)) {}

  /// 200 once all that the event asks for is done, so that GitHub sends it again where it could not be: 403
  /// for a signature that is wrong or missing, 400 for a body that is none, 502 where GitHub or the cluster
  /// refused.
  fakes::http::Response operator()(const fakes::http::Request& request) const;

 private:
  using Json = nlohmann::json;
  void handle(const std::string& event, const std::string& delivery, const Json& body) const;
  void on_comment(const std::string& delivery, const Json& body) const;
  void on_pull_request(const std::string& delivery, const Json& body) const;
  void on_push(const std::string& delivery, const Json& body) const;
  void start(const std::vector<ConfiguredJob>& jobs, const Refs& refs, const std::string& delivery) const;
  Refs refs_of(const Json& pull_request, const Json& repository) const;
  std::string clone_url(const Json& repository) const;

  Settings settings_;
};

}  // namespace ci
