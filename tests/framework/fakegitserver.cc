#include "framework/fakegitserver.h"

#include <fmt/format.h>

#include <stdexcept>

#include "framework/environment.h"
#include "framework/git.h"

namespace test {

std::string fakegitserver_url() { return component_url("fakegitserver"); }

std::string repo_url(const std::string& name) { return fakegitserver_url() + "/repo/" + name; }

Response post_setup(const nlohmann::json& body) {
  return http({.method = "POST",
               .url = fakegitserver_url() + "/setup-repo",
               .body = body.dump(),
               .headers = {{"Content-Type", "application/json"}}});
}

std::string setup_repo(const std::string& name, const std::string& script) {
  const auto response = post_setup({{"name", name}, {"overwrite", false}, {"script", script}});
  if (response.status != 200)
    throw std::runtime_error(fmt::format("set-up of {}: HTTP {}: {}", name, response.status, response.body));
  return response.body;
}

std::string remote_ref(const std::string& url, const std::string& ref) {
  const std::string line = git("/", {"ls-remote", "--exit-code", url, ref});
  return line.substr(0, line.find('\t'));
}

}  // namespace test
