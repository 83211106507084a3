#include "git/environment.h"

#include <fmt/format.h>

#include <cstdlib>

namespace fakes::git {

namespace {

/// `git` in a script, and in git's own hooks, is the program of -git-binary.
std::vector<std::string> common(const std::filesystem::path& git) {
  const char* path = std::getenv("PATH");
  const std::string rest = path && *path ? path : "/usr/local/bin:/usr/bin:/bin";
  return {"PATH=" + git.parent_path().string() + ":" + rest,
          "TZ=UTC",
          "LC_ALL=C.UTF-8",
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_TERMINAL_PROMPT=0"};
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& served_config() {
  static const std::vector<std::pair<std::string, std::string>> config = {
      {"http.receivepack", "true"},       {"uploadpack.allowAnySHA1InWant", "true"},
      {"uploadpack.allowFilter", "true"}, {"receive.advertisePushOptions", "true"},
      {"receive.autogc", "false"},        {"gc.auto", "0"},
      {"maintenance.auto", "false"},      {"core.fsync", "none"},  // they need not outlive the machine
      {"core.bigFileThreshold", "1m"},  // what is larger is streamed, never held in memory whole
  };
  return config;
}

std::string served_config_text() {
  std::string text;
  for (const auto& [key, value] : served_config()) {
    const size_t dot = key.find('.');
    text += fmt::format("[{}]\n\t{} = {}\n", key.substr(0, dot), key.substr(dot + 1), value);
  }
  return text;
}

std::vector<std::string> backend_environment(const std::filesystem::path& git) {
  auto env = common(git);
  env.insert(env.end(), {"HOME=/nonexistent", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_HTTP_EXPORT_ALL=1"});
  auto config = served_config();
  config.emplace_back("safe.directory", "*");  // the folder may be mounted from elsewhere
  config.emplace_back("receive.denyCurrentBranch",
                      "ignore");  // a repository with a work tree that was put there by hand
  for (size_t i = 0; i < config.size(); ++i) {
    env.push_back("GIT_CONFIG_KEY_" + std::to_string(i) + "=" + config[i].first);
    env.push_back("GIT_CONFIG_VALUE_" + std::to_string(i) + "=" + config[i].second);
  }
  env.push_back("GIT_CONFIG_COUNT=" + std::to_string(config.size()));
  return env;
}

std::vector<std::string> script_environment(const std::filesystem::path& git,
                                            const std::filesystem::path& home) {
  auto env = common(git);
  const std::string date = "Thu May 19 12:34:56 2022 +0000";
  env.insert(env.end(), {"HOME=" + home.string(), "GIT_AUTHOR_NAME=abc", "GIT_AUTHOR_EMAIL=d@e.f",
                         "GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_NAME=abc", "GIT_COMMITTER_EMAIL=d@e.f",
                         "GIT_COMMITTER_DATE=" + date, "GIT_EDITOR=true", "GIT_PAGER=cat"});
  return env;
}

std::string global_config_text() {
  return "[user]\n\tname = abc\n\temail = d@e.f\n[init]\n\tdefaultBranch = master\n[safe]\n\tdirectory = *\n"
         "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
         "[protocol \"file\"]\n\tallow = always\n";  // submodules from repositories beside this one
}

}  // namespace fakes::git
