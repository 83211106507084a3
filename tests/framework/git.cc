#include "framework/git.h"

#include <cstdlib>
#include <stdexcept>

namespace test {

namespace {

std::string checked(const Command& command) {
  const Result result = run(command);
  std::string line;
  for (const auto& arg : command.args) line += (line.empty() ? "" : " ") + arg;
  if (!result.ok()) throw std::runtime_error(line + ": " + result.text());
  return result.out.ends_with('\n') ? result.out.substr(0, result.out.size() - 1) : result.out;
}

Command git_command(const std::filesystem::path& dir, std::vector<std::string> args,
                    const std::map<std::string, std::string>& env) {
  args.insert(args.begin(), "git");
  Command command{.args = std::move(args), .dir = dir, .env = git_environment(), .keep_env = false};
  for (const auto& [name, value] : env) command.env[name] = value;
  return command;
}

}  // namespace

std::map<std::string, std::string> git_environment() {
  const char* path = std::getenv("PATH");
  const std::string date = "Thu May 19 12:34:56 2022 +0000";
  return {{"PATH", path ? path : "/usr/bin:/bin"},
          {"HOME", "/nonexistent"},
          {"LC_ALL", "C"},
          {"TZ", "UTC"},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_TERMINAL_PROMPT", "0"},
          {"GIT_AUTHOR_NAME", "abc"},
          {"GIT_AUTHOR_EMAIL", "d@e.f"},
          {"GIT_AUTHOR_DATE", date},
          {"GIT_COMMITTER_NAME", "abc"},
          {"GIT_COMMITTER_EMAIL", "d@e.f"},
          {"GIT_COMMITTER_DATE", date},
          {"GIT_CONFIG_COUNT", "2"},
          {"GIT_CONFIG_KEY_0", "init.defaultBranch"},
          {"GIT_CONFIG_VALUE_0", "master"},
          {"GIT_CONFIG_KEY_1", "protocol.file.allow"},
          {"GIT_CONFIG_VALUE_1", "always"}};
}

Result try_git(const std::filesystem::path& dir, std::vector<std::string> args,
               const std::map<std::string, std::string>& env) {
  return run(git_command(dir, std::move(args), env));
}

std::string git(const std::filesystem::path& dir, std::vector<std::string> args,
                const std::map<std::string, std::string>& env) {
  return checked(git_command(dir, std::move(args), env));
}

std::string shell(const std::filesystem::path& dir, const std::string& script) {
  return checked({.args = {"sh", "-euc", script}, .dir = dir, .env = git_environment(), .keep_env = false});
}

void make_repo(const std::filesystem::path& dir, const std::string& script) {
  std::filesystem::create_directories(dir);
  git(dir, {"init", "--quiet"});
  shell(dir, script);
}

}  // namespace test
