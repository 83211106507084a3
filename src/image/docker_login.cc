#include "image/docker_login.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;

std::string text_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// An object; null where there is no file.
Json read_config(const std::string& file) {
  if (!std::filesystem::exists(file)) return nullptr;
  std::string text;
  try {
    text = read_file(file);
  } catch (const std::runtime_error& e) {
    throw Error(std::string("docker's settings cannot be read: ") + e.what(),
                {.hint = "make it readable for you, or set DOCKER_CONFIG", .exit_code = kBuild});
  }
  auto config = Json::parse(text, nullptr, false);
  if (!config.is_object())
    throw Error("docker's settings cannot be read: " + file + " is no JSON object",
                {.hint = "docker itself does not read it either: correct it, or set DOCKER_CONFIG",
                 .exit_code = kBuild});
  return config;
}

/// The host of a key of `auths`, which older clients wrote as a URL: "https://host/v1/".
std::string host_of(std::string key) {
  for (const std::string scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) key.erase(0, scheme.size());
  return key.substr(0, key.find('/'));
}

Json entry_for(const Json& auths, const std::string& host) {
  if (!auths.is_object()) return nullptr;
  if (const auto exact = auths.find(host); exact != auths.end()) return *exact;
  for (const auto& [key, entry] : auths.items())
    if (host_of(key) == host) return entry;
  return nullptr;
}

std::optional<DockerLogin> login_in_file(const Json& config, const std::string& host,
                                         const std::string& file) {
  const auto entry = entry_for(config.value("auths", Json()), host);
  DockerLogin login{.user = text_in(entry, "username"),
                    .password = text_in(entry, "password"),
                    .identity_token = text_in(entry, "identitytoken"),
                    .registry_token = text_in(entry, "registrytoken")};
  if (const auto auth = text_in(entry, "auth"); !auth.empty()) {
    const auto decoded = base64_decoded(auth);
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos)
      throw Error("docker's login for " + host + " cannot be read: auth in " + file +
                      " is not USER:PASSWORD in base64",
                  {.hint = "docker login " + host + " writes it anew", .exit_code = kBuild});
    login.user = decoded->substr(0, colon);
    login.password = decoded->substr(colon + 1);
    while (login.password.ends_with('\0')) login.password.pop_back();
  }
  const bool is_empty = login.user.empty() && login.identity_token.empty() && login.registry_token.empty();
  return is_empty ? std::nullopt : std::optional(login);
}

/// What a helper that fails has said; not what may be a secret.
std::string complaint(const ProcessResult& result) {
  const auto said = trim(result.out).find('{') == std::string::npos ? result.out : "";
  return tail(said + result.err, 5);
}

/// https://github.com/docker/docker-credential-helpers
std::optional<DockerLogin> ask_helper(const std::string& name, const std::string& host,
                                      const std::string& file, std::stop_token stop,
                                      std::chrono::milliseconds patience) {
  const auto program = "docker-credential-" + name;
  const auto failed = [&](const std::string& why, const std::string& output) {
    return Error(
        "docker's login for " + host + " is not known: " + program + ", which " + file + " names, " + why,
        {.command = "echo " + host + " | " + program + " get",
         .output_tail = output,
         .hint = "correct it, or remove it from " + file + " and run docker login " + host,
         .exit_code = kBuild});
  };
  if (!find_program(program)) throw failed("is not on PATH", "");
  const auto result = run({.args = {program, "get"}, .input = host, .timeout = patience}, stop);
  if (result.timed_out)
    throw failed("did not answer within " + format_seconds(std::chrono::duration<double>(patience).count()),
                 "");
  if (!result.ok()) {
    if (trim(result.out) == "credentials not found in native keychain") return std::nullopt;
    throw failed(result.signal ? "was killed by signal " + std::to_string(result.signal)
                               : "failed with exit code " + std::to_string(result.exit_code),
                 complaint(result));
  }
  const auto answer = Json::parse(result.out, nullptr, false);
  const auto user = text_in(answer, "Username"), secret = text_in(answer, "Secret");
  if (user.empty() && secret.empty()) throw failed("did not print a login in JSON", "");
  if (user == "<token>") return DockerLogin{.identity_token = secret};
  return DockerLogin{.user = user, .password = secret};
}

}  // namespace

std::string docker_config_file() {
  const auto folder = environment_variable("DOCKER_CONFIG");
  return (folder.empty() ? environment_variable("HOME") + "/.docker" : folder) + "/config.json";
}

std::optional<DockerLogin> docker_login(const std::string& host, std::stop_token stop,
                                        std::chrono::milliseconds patience) {
  const auto file = docker_config_file();
  const auto config = read_config(file);
  if (config.is_null()) return std::nullopt;
  auto helper = text_in(config.value("credHelpers", Json()), host.c_str());
  if (helper.empty()) helper = text_in(config, "credsStore");
  return helper.empty() ? login_in_file(config, host, file) : ask_helper(helper, host, file, stop, patience);
}

}  // namespace harness
