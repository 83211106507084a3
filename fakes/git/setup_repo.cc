#include "git/setup_repo.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "git/environment.h"
#include "git/repository_name.h"

namespace fakes::git {

namespace fs = std::filesystem;
using http::HttpError;
using Json = nlohmann::json;

namespace {

constexpr size_t kLongestArgument = 131071;  // the kernel's limit for one argument of a program
constexpr size_t kScriptOutput = 64 * 1024;  // the end of it is what an answer shows
constexpr size_t kLogOutput = 16 * 1024 * 1024;
constexpr std::chrono::seconds kGitLimit{60};

void write_file(const fs::path& path, const std::string& text, std::ios::openmode mode = std::ios::trunc) {
  std::ofstream file(path, std::ios::binary | std::ios::out | mode);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

/// 422: what went wrong, and how the program ended.
http::Response failure(const std::string& what, const ProgramResult& result) {
  Json json = {{"error", what}, {"output", result.output}};
  if (WIFEXITED(result.status)) json["exit_status"] = WEXITSTATUS(result.status);
  if (WIFSIGNALED(result.status)) json["signal"] = WTERMSIG(result.status);
  return http::json(422, json);
}

template <typename Value>
Value field(const Json& json, const char* name, bool right_type, const char* type) {
  if (!right_type)
    throw HttpError(400,
                    fmt::format("\"{}\" must be {}, not {}", name, type, json[name].dump(-1, ' ', true)));
  return json[name].get<Value>();
}

}  // namespace

SetupOrder parse_setup_order(const std::string& body) {
  const std::string expected =
      R"(; expected is {"name": "org1/repo4", "overwrite": false, "script": "git commit ..."})";
  const Json json = http::parse_json(body, expected);
  if (!json.is_object()) throw HttpError(400, "the body is not a JSON object" + expected);
  for (const auto& [key, value] : json.items())
    if (key != "name" && key != "overwrite" && key != "script" && key != "object_format")
      throw HttpError(400, "unknown field \"" + key + "\"" + expected);
  for (const std::string key : {"name", "script"})
    if (!json.contains(key)) throw HttpError(400, "the field \"" + key + "\" is missing" + expected);
  SetupOrder order;
  order.name = field<std::string>(json, "name", json["name"].is_string(), "a string");
  order.script = field<std::string>(json, "script", json["script"].is_string(), "a string");
  if (json.contains("overwrite"))
    order.overwrite = field<bool>(json, "overwrite", json["overwrite"].is_boolean(), "true or false");
  if (json.contains("object_format"))
    order.object_format =
        field<std::string>(json, "object_format", json["object_format"].is_string(), "a string");
  if (order.object_format != "sha1" && order.object_format != "sha256")
    throw HttpError(400, "\"object_format\" is \"" + order.object_format + "\"; git has sha1 and sha256");
  if (const auto problem = name_problem(order.name); !problem.empty())
    throw HttpError(400, "\"" + order.name + "\" cannot be a repository's name: " + problem);
  if (order.script.find('\0') != std::string::npos)
    throw HttpError(400, "\"script\" has a NUL character, which no shell takes");
  if (order.script.size() > kLongestArgument)
    throw HttpError(
        413,
        fmt::format(
            "\"script\" has {} bytes and sh -c takes at most {}; have the script make large files itself",
            order.script.size(), kLongestArgument));
  return order;
}

ProgramResult SetupRepo::git(const Draft& draft, std::vector<std::string> args,
                             const http::Request& request) const {
  const Program program{.path = git_,
                        .args = std::move(args),
                        .env = script_environment(git_, draft.home()),
                        .dir = draft.work_tree()};
  auto result = children_.run(program, kGitLimit, kLogOutput, request.gone);
  if (request.gone.stop_requested()) throw http::ClientGone("the client did not wait for its repository");
  return result;
}

void SetupRepo::make_bare(const Draft& draft) const {
  const auto dir = draft.work_tree() / ".git";
  write_file(dir / "config", "[core]\n\tbare = true\n" + served_config_text(), std::ios::app);
}

http::Response SetupRepo::operator()(const http::Request& request) const {
  const auto order = parse_setup_order(request.body);
  const auto draft = repositories_.begin(order.name, order.overwrite);
  const auto dir = draft->work_tree() / ".git";
  write_file(draft->home() / ".gitconfig", global_config_text());
  // Without the machine's template, which may hold hooks of its own.
  const auto init = git(
      *draft,
      {"init", "--quiet", "--template=", "--initial-branch=master", "--object-format=" + order.object_format},
      request);
  if (init.status != 0)
    throw std::runtime_error("git init failed with " + describe_status(init.status) + ": " + init.output);
  fs::create_directories(dir / "hooks");
  fs::create_directories(dir / "info");

  const Program script{.path = "/bin/sh",
                       .args = {"-eu", "-c", order.script},
                       .env = script_environment(git_, draft->home()),
                       .dir = draft->work_tree()};
  const auto run = children_.run(script, script_limit_, kScriptOutput, request.gone);
  if (request.gone.stop_requested()) throw http::ClientGone("the client did not wait for its repository");
  if (run.timed_out)
    return failure(
        fmt::format("the script took longer than {} s and was ended", script_limit_.count() / 1000), run);
  if (run.status != 0) return failure("the script failed with " + describe_status(run.status), run);
  if (!fs::is_directory(fs::symlink_status(dir))) return failure("the script left no .git folder", run);

  make_bare(*draft);
  const auto log = git(
      *draft, {"--git-dir=.git", "log", "--all", "--topo-order", "--decorate=short", "--no-color"}, request);
  if (log.status != 0) return failure("the script left a repository that git log cannot read", log);
  repositories_.publish(*draft, order.overwrite);
  return http::text(200, log.output);
}

}  // namespace fakes::git
