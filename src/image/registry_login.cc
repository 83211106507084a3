#include "image/registry_login.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// Of a token that does not say how long it holds, by the specification.
constexpr std::chrono::seconds kShortLife{60};
/// Not used in the last of its life: the request takes some time.
constexpr std::chrono::seconds kMargin{10};
/// With a token server, which may ask a directory of users, and a credential helper, which may ask its user.
constexpr std::chrono::seconds kPatience{30};

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string param(const AuthChallenge& challenge, const char* name) {
  const auto found = challenge.params.find(name);
  return found == challenge.params.end() ? "" : found->second;
}

}  // namespace

RegistryLogin::RegistryLogin(RegistryUrl registry, RegistryTls tls)
    : registry_(std::move(registry)), tls_(std::move(tls)) {}

std::string RegistryLogin::authorization(const std::vector<std::string>& scopes, const Deadline& deadline) {
  const std::lock_guard lock(mutex_);
  return challenge_ ? current(scopes, deadline) : "";
}

std::string RegistryLogin::answer_to(const std::string& challenges, const std::vector<std::string>& scopes,
                                     const std::string& sent, const Deadline& deadline) {
  const std::lock_guard lock(mutex_);
  const bool is_known = challenge_ && sent.empty();  // another thread was answered the same
  choose(challenges);
  if (!is_known)
    login_ = docker_login(registry_.host, deadline.stop(),
                          std::chrono::ceil<std::chrono::milliseconds>(deadline.within(kPatience).left()));
  if (const auto known = tokens_.find(scopes);
      known != tokens_.end() && "Bearer " + known->second.text == sent)
    tokens_.erase(known);
  auto answer = current(scopes, deadline);
  if (answer.empty() || answer == sent) refuse(registry_.host);
  return answer;
}

bool RegistryLogin::is_asked() const {
  const std::lock_guard lock(mutex_);
  return challenge_.has_value();
}

void RegistryLogin::fail_denied(const std::vector<std::string>& scopes, const HttpResponse& response) const {
  const std::lock_guard lock(mutex_);
  const bool is_password = challenge_ && challenge_->scheme == "basic" && response.status == 401;
  if (!login_ || is_password) refuse(registry_.host);
  throw Error("the registry at " + registry_.host + " refuses " +
                  (scopes.empty() ? "access" : join(scopes, " ")) +
                  " to the login that docker has for it: status " + std::to_string(response.status),
              {.output_tail = tail(response.body, 5),
               .hint = "docker login " + registry_.host + " as somebody who may",
               .exit_code = kBuild});
}

void RegistryLogin::choose(const std::string& challenges) {
  const auto all = challenges_in(challenges);
  for (const auto* scheme : {"bearer", "basic"}) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const AuthChallenge& one) {
      return one.scheme == scheme && (one.scheme == "basic" || one.params.contains("realm"));
    });
    if (found == all.end()) continue;
    challenge_ = *found;
    return;
  }
  throw Error("the registry at " + registry_.host + " refuses access, and offers no login that docker knows",
              {.output_tail = challenges.empty() ? "" : "WWW-Authenticate: " + challenges,
               .hint = "is it a registry? curl -i " + registry_.origin() + "/v2/ shows what it answers",
               .exit_code = kBuild});
}

std::string RegistryLogin::current(const std::vector<std::string>& scopes, const Deadline& deadline) {
  if (challenge_->scheme == "basic") return basic();
  if (login_ && !login_->registry_token.empty()) return "Bearer " + login_->registry_token;
  auto& token = tokens_[scopes];
  if (token.text.empty() || Clock::now() >= token.end) token = fetch(scopes, deadline);
  return "Bearer " + token.text;
}

std::string RegistryLogin::basic() const {
  return login_ && !login_->user.empty() ? "Basic " + base64_encoded(login_->user + ":" + login_->password)
                                         : "";
}

RegistryLogin::Token RegistryLogin::fetch(const std::vector<std::string>& scopes,
                                          const Deadline& deadline) const {
  const auto realm = resolve(registry_, param(*challenge_, "realm"));
  if (!realm)
    throw Error("the registry at " + registry_.host + " names no token server: realm \"" +
                    param(*challenge_, "realm") + "\"",
                {.hint = "ask who runs the registry to correct it", .exit_code = kBuild});
  const auto began = Clock::now();
  HttpResponse response;
  try {
    response = ask(*realm, scopes, deadline.within(kPatience));
  } catch (const HttpError& e) {
    throw HttpError(e.kind, std::string("its token server ") + e.what());
  }
  if (response.status == 401 || response.status == 403) refuse(realm->host);
  const auto answer = Json::parse(response.body, nullptr, false);
  auto token = answer.is_object() ? text_in(answer, "token") : "";
  if (token.empty() && answer.is_object()) token = text_in(answer, "access_token");
  if (response.status != 200 || token.empty())
    throw Error("the token server of the registry at " + registry_.host + " gives no token: status " +
                    std::to_string(response.status) + " from " + realm->origin(),
                {.output_tail = response.status == 200 ? "" : tail(response.body, 5),
                 .hint = "docker login " + registry_.host + " shows whether it works for docker",
                 .exit_code = kBuild});
  const auto said = answer.find("expires_in");
  const auto life = said != answer.end() && said->is_number()
                        ? std::chrono::seconds(static_cast<int64_t>(said->get<double>()))
                        : kShortLife;
  return {token, began + std::max(life - std::min(kMargin, life / 2), std::chrono::seconds(0))};
}

HttpResponse RegistryLogin::ask(const RegistryUrl& realm, const std::vector<std::string>& scopes,
                                const Deadline& deadline) const {
  const auto service = param(*challenge_, "service");
  const bool is_own = realm.host == registry_.host;
  const HttpClient client(realm.origin(), {.idle = kPatience},
                          is_own ? tls_.to_registry() : tls_.to_others());
  std::string asked = "service=" + percent_encoded(service);
  if (login_) require_private(realm);
  if (login_ && !login_->identity_token.empty()) {
    asked += "&grant_type=refresh_token&client_id=harness&refresh_token=" +
             percent_encoded(login_->identity_token);
    if (!scopes.empty()) asked += "&scope=" + percent_encoded(join(scopes, " "));
    return client.send({.method = "POST",
                        .path = realm.path,
                        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                        .body = asked},
                       deadline);
  }
  for (const auto& scope : scopes) asked += "&scope=" + percent_encoded(scope);
  HttpHeaders headers;
  if (const auto own = basic(); !own.empty()) {
    asked += "&account=" + percent_encoded(login_->user);
    headers["Authorization"] = own;
  }
  const char* separator = realm.path.find('?') == std::string::npos ? "?" : "&";
  return client.send({.path = realm.path + separator + asked, .headers = std::move(headers)}, deadline);
}

void RegistryLogin::require_private(const RegistryUrl& realm) const {
  // Docker's engine may list the registry itself as one that is spoken to without TLS.
  if (realm.scheme == "https" || is_loopback(realm.host) || realm.origin() == registry_.origin()) return;
  throw Error("the registry at " + registry_.host + " wants its login sent to " + realm.origin() +
                  ", where others could read it",
              {.hint = "it must name its token server by https: ask who runs the registry to correct it",
               .exit_code = kBuild});
}

void RegistryLogin::refuse(const std::string& by) const {
  const auto login = "docker login " + registry_.host;
  if (!login_)
    throw Error(
        "the registry at " + registry_.host + " asks for a login, and docker has none for it",
        {.hint = login + "; the login is looked for in " + docker_config_file(), .exit_code = kBuild});
  throw Error("the registry at " + registry_.host + " refuses the login that docker has for it" +
                  (by == registry_.host ? "" : ", by its token server at " + by),
              {.hint = login + " once more: it may have expired", .exit_code = kBuild});
}

}  // namespace harness
