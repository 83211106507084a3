#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "http/flags.h"
#include "lib/endpoint.h"

namespace ci {

/// Where GitHub is, as flags.
struct GitHubFlags {
  std::string endpoint = "https://api.github.com", token_file;
  void add_to(fakes::http::Flags& flags);
};

/// What the services need of GitHub's REST API (https://docs.github.com/rest). Thread-safe. Throws
/// Unreachable and Refused.
class GitHub {
 public:
  explicit GitHub(const GitHubFlags& flags);

  /// Throws where the API cannot be used.
  void check() const;
  nlohmann::json repository(const std::string& org, const std::string& repo) const;
  nlohmann::json pull(const std::string& org, const std::string& repo, int number) const;
  void add_label(const std::string& org, const std::string& repo, int number, const std::string& label) const;
  /// One that is not there is no error.
  void remove_label(const std::string& org, const std::string& repo, int number,
                    const std::string& label) const;
  void comment(const std::string& org, const std::string& repo, int number, const std::string& text) const;
  /// `state`: error, failure, pending, success.
  void set_status(const std::string& org, const std::string& repo, const std::string& sha,
                  const std::string& state, const std::string& context, const std::string& description,
                  const std::string& target_url) const;

 private:
  Endpoint endpoint_;
};

}  // namespace ci
