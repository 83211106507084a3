#include "lib/github.h"

namespace ci {

using Json = nlohmann::json;

namespace {

std::string repo_path(const std::string& org, const std::string& repo) {
  return "/repos/" + url_encoded(org) + "/" + url_encoded(repo);
}
std::string issue_path(const std::string& org, const std::string& repo, int number) {
  return repo_path(org, repo) + "/issues/" + std::to_string(number);
}

}  // namespace

void GitHubFlags::add_to(fakes::http::Flags& flags) {
  flags.add("github-endpoint", endpoint, "URL of GitHub's API");
  flags.add("github-token-file", token_file, "a file with the token for it");
}

GitHub::GitHub(const GitHubFlags& flags)
    : endpoint_({.url = flags.endpoint,
                 .authorization = flags.token_file.empty() ? "" : "Bearer " + secret_from(flags.token_file),
                 .ca_file = ""}) {}

void GitHub::check() const { endpoint_.json("GET", "/user"); }

Json GitHub::repository(const std::string& org, const std::string& repo) const {
  return endpoint_.json("GET", repo_path(org, repo));
}

Json GitHub::pull(const std::string& org, const std::string& repo, int number) const {
  return endpoint_.json("GET", repo_path(org, repo) + "/pulls/" + std::to_string(number));
}

void GitHub::add_label(const std::string& org, const std::string& repo, int number,
                       const std::string& label) const {
  endpoint_.json("POST", issue_path(org, repo, number) + "/labels", {{"labels", Json::array({label})}});
}

void GitHub::remove_label(const std::string& org, const std::string& repo, int number,
                          const std::string& label) const {
  try {
    endpoint_.json("DELETE", issue_path(org, repo, number) + "/labels/" + url_encoded(label));
  } catch (const Refused& e) {
    if (e.status != 404) throw;
  }
}

void GitHub::comment(const std::string& org, const std::string& repo, int number,
                     const std::string& text) const {
  endpoint_.json("POST", issue_path(org, repo, number) + "/comments", {{"body", text}});
}

void GitHub::set_status(const std::string& org, const std::string& repo, const std::string& sha,
                        const std::string& state, const std::string& context, const std::string& description,
                        const std::string& target_url) const {
  Json body = {{"state", state}, {"context", context}, {"description", description}};
  if (!target_url.empty()) body["target_url"] = target_url;
  endpoint_.json("POST", repo_path(org, repo) + "/statuses/" + url_encoded(sha), body);
}

}  // namespace ci
