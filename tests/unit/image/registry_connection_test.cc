// image/registry_connection.cc and image/registry_login.cc against registries over TLS that ask for a login.
#include "image/registry_connection.h"

#include <gmock/gmock.h>

#include <atomic>

#include "base/base64.h"
#include "base/error.h"
#include "base/text.h"
#include "image/memory_registry.h"
#include "image/registry.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/tls.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Request = HttpServer::Request;
using Answer = HttpServer::Answer;

std::string header(const Request& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

/// A registry over TLS at a name that is not this machine's own, whose authority is in docker's folder.
class RegistryConnectionTest : public testing::Test {
 protected:
  RegistryConnectionTest() {
    believe(host_);
    login({});
    fake_docker("{}");
    registry_.fault = [this](const Request& request, Answer& answer) {
      return guard_ && !request.target.starts_with("/token") && guard_(request, answer);
    };
  }
  void believe(const std::string& host) const {
    files_.write("config/docker/certs.d/" + host + "/ca.crt", authority_.certificate());
  }
  /// Entries of `auths`.
  void login(const std::map<std::string, std::string>& by_host) const {
    nlohmann::json auths = nlohmann::json::object();
    for (const auto& [host, login] : by_host) auths[host] = {{"auth", base64_encoded(login)}};
    files_.write("docker/config.json", nlohmann::json{{"auths", auths}}.dump());
  }
  void fake_docker(const std::string& registry_config) const {
    files_.write("bin/docker", "#!/bin/sh\necho '" + registry_config + "'\n", 0755);
  }
  RegistryClient client(const std::string& path = "") const { return {host_ + path, {.pauses = {}}, {}}; }
  /// What requests to the registry had as their Authorization.
  std::vector<std::string> authorizations() const {
    std::vector<std::string> all;
    for (const auto& request : registry_.requests()) all.push_back(header(request, "authorization"));
    return all;
  }
  void ask_for_basic() {
    guard_ = [](const Request& request, Answer& answer) {
      if (header(request, "authorization") == "Basic " + base64_encoded("alice:secret")) return false;
      answer.reply(401, R"({"errors":[{"code":"UNAUTHORIZED"}]})",
                   {{"WWW-Authenticate", "Basic realm=\"x\""}});
      return true;
    };
  }

  const TempProject files_;
  const ScopedVariable certificates_{"XDG_CONFIG_HOME", (files_ / "config").string()},
      docker_{"DOCKER_CONFIG", (files_ / "docker").string()},
      path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  const TestAuthority authority_;
  MemoryRegistry registry_;
  TlsFront front_{registry_.port(), authority_.issue("registry.localhost")};
  const std::string host_ = front_.host();
  std::function<bool(const Request&, Answer&)> guard_;
};

TEST_F(RegistryConnectionTest, IsSpokenToByTls) {
  const auto digest = descriptor_of("content").digest;
  client().push_blob("deck", digest, "content");
  client().push_manifest("deck", "v1", kOciManifest, "{}");
  EXPECT_EQ(client().blob("deck", digest), "content");
  EXPECT_EQ(registry_.stored("deck/v1"), "{}");
  EXPECT_THAT(authorizations(), Each(IsEmpty()));
}

TEST_F(RegistryConnectionTest, ImagesAreInItsFolder) {
  const auto digest = descriptor_of("content").digest;
  client("/acme/team").push_blob("deck", digest, "content");
  EXPECT_EQ(registry_.stored("acme/team/deck/" + digest), "content");
  client("/acme/team").push_manifest("deck", "v1", kOciManifest, "{}");
  EXPECT_EQ(client("/acme/team").manifest("deck", "v1")->body, "{}");
  EXPECT_TRUE(client("/acme/team").has_tag("deck", "v1"));
}

TEST_F(RegistryConnectionTest, ACertificateThatNobodyKnowsIsNotBelieved) {
  std::filesystem::remove_all(files_ / "config");
  const auto error = error_of([&] { client().digest("deck", "v1"); });
  EXPECT_THAT(error.what(), AllOf(StartsWith("TLS with the registry at " + host_ + " fails: "),
                                  HasSubstr("https://" + host_)));
  EXPECT_THAT(error.details.hint, HasSubstr("/etc/docker/certs.d/" + host_ + "/ca.crt"));
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(RegistryConnectionTest, ACertificateOfAnotherNameIsNotBelieved) {
  const auto other = front_.host("other.localhost");
  believe(other);
  const auto error = error_of([&] { RegistryClient(other, {.pauses = {}}, {}).digest("deck", "v1"); });
  EXPECT_THAT(error.what(), HasSubstr("TLS with the registry at " + other));
  EXPECT_THAT(registry_.requests(), IsEmpty());
}

TEST_F(RegistryConnectionTest, TheClientHasItsOwnCertificate) {
  TlsFront strict(registry_.port(), authority_.issue("registry.localhost"), authority_.certificate());
  believe(strict.host());
  const auto own = authority_.issue("alice");
  EXPECT_THAT(
      error_of([&] { RegistryClient(strict.host(), {.pauses = {}}, {}).digest("deck", "v1"); }).what(),
      HasSubstr("https://" + strict.host()));
  files_.write("config/docker/certs.d/" + strict.host() + "/client.cert", own.certificate);
  files_.write("config/docker/certs.d/" + strict.host() + "/client.key", own.key);
  EXPECT_FALSE(RegistryClient(strict.host(), {.pauses = {}}, {}).digest("deck", "v1"));
}

TEST_F(RegistryConnectionTest, WhatTheEngineListsAsInsecureIsSpokenToAsTheEngineDoes) {
  std::filesystem::remove_all(files_ / "config");
  fake_docker(R"({"IndexConfigs": {")" + host_ + R"(": {"Secure": false}}})");
  EXPECT_FALSE(client().digest("deck", "v1")) << "by TLS, whoever it is";
  const auto plain = "registry.localhost:" + std::to_string(registry_.port());
  EXPECT_THAT(error_of([&] { RegistryClient(plain, {.pauses = {}}, {}).digest("deck", "v1"); }).what(),
              HasSubstr("cannot be reached for deck: https://" + plain));
  fake_docker(R"({"IndexConfigs": {")" + plain + R"(": {"Secure": false}}})");
  EXPECT_FALSE(RegistryClient(plain, {.pauses = {}}, {}).digest("deck", "v1")) << "by plain HTTP";
}

TEST_F(RegistryConnectionTest, NodesAreToldWhatTheyCannotKnow) {
  const auto told = [](const std::string& host) { return RegistryClient(host, {}, {}).node_hosts(); };
  EXPECT_EQ(told(host_).toml,
            "server = \"https://" + host_ + "\"\n\n[host.\"https://" + host_ + "\"]\n  ca = \"ca.crt\"\n");
  EXPECT_THAT(told(host_).authorities, StartsWith(authority_.certificate()));
  const auto plain = "registry.localhost:" + std::to_string(registry_.port());
  fake_docker(R"({"IndexConfigs": {")" + plain + R"(": {"Secure": false}, ")" + host_ +
              R"(": {"Secure": false}}})");
  EXPECT_EQ(told(plain).toml, "server = \"http://" + plain + "\"\n\n[host.\"http://" + plain + "\"]\n");
  std::filesystem::remove_all(files_ / "config");
  EXPECT_THAT(told(host_).toml, EndsWith("\"]\n  skip_verify = true\n"));
  EXPECT_EQ(told(host_).authorities, "");
}

TEST_F(RegistryConnectionTest, APasswordIsSentOnceItIsAskedFor) {
  ask_for_basic();
  login({{host_, "alice:secret"}});
  const auto registry = client();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  EXPECT_FALSE(registry.digest("deck", "v2"));
  const auto basic = "Basic " + base64_encoded("alice:secret");
  EXPECT_THAT(authorizations(), ElementsAre("", "", basic, basic))
      << "the first request finds out how it is spoken to";
  registry.push_manifest("deck", "v1", kOciManifest, "{}");
  EXPECT_EQ(registry_.stored("deck/v1"), "{}");
  registry.require();
}

TEST_F(RegistryConnectionTest, WithoutALoginTheNextStepIsNamed) {
  ask_for_basic();
  const auto error = error_of([&] { client().digest("deck", "v1"); });
  EXPECT_EQ(error.what(), "the registry at " + host_ + " asks for a login, and docker has none for it");
  EXPECT_EQ(error.details.hint, "docker login " + host_ + "; the login is looked for in " +
                                    (files_ / "docker/config.json").string());
  EXPECT_EQ(error_of([&] { client().require(); }).details.exit_code, kCluster);
}

TEST_F(RegistryConnectionTest, AWrongPasswordIsNotRepeated) {
  ask_for_basic();
  login({{host_, "alice:wr0ng"}});
  const auto error = error_of([&] { client().push_manifest("deck", "v1", kOciManifest, "{}"); });
  EXPECT_EQ(error.what(), "the registry at " + host_ + " refuses the login that docker has for it");
  EXPECT_THAT(error.details.hint, StartsWith("docker login " + host_));
  EXPECT_THAT(error.details.hint + error.details.output_tail + error.details.command,
              Not(HasSubstr("wr0ng")));
  EXPECT_EQ(registry_.count("PUT"), 2u);
}

TEST_F(RegistryConnectionTest, ALoginThatChangedMeanwhileIsReadAgain) {
  ask_for_basic();
  login({{host_, "alice:secret"}});
  const auto registry = client();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  guard_ = [](const Request& request, Answer& answer) {
    if (header(request, "authorization") == "Basic " + base64_encoded("alice:new")) return false;
    answer.reply(401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}});
    return true;
  };
  login({{host_, "alice:new"}});
  EXPECT_FALSE(registry.digest("deck", "v1"));
}

TEST_F(RegistryConnectionTest, WhatTheLoginMayNotDoIsSaid) {
  ask_for_basic();
  const auto basic = guard_;
  guard_ = [basic](const Request& request, Answer& answer) {
    if (basic(request, answer)) return true;
    if (request.method != "PUT") return false;
    answer.reply(403, R"({"errors":[{"code":"DENIED"}]})");
    return true;
  };
  login({{host_, "alice:secret"}});
  const auto error = error_of([&] { client("/acme").push_manifest("deck", "v1", kOciManifest, "{}"); });
  EXPECT_EQ(error.what(),
            "the registry at " + host_ +
                " refuses repository:acme/deck:pull,push to the login that docker has for it: status 403");
  EXPECT_THAT(error.details.output_tail, HasSubstr("DENIED"));
  EXPECT_EQ(error.details.hint, "docker login " + host_ + " as somebody who may");
}

TEST_F(RegistryConnectionTest, AnUnknownWayToLogInIsSaid) {
  guard_ = [](const Request&, Answer& answer) {
    answer.reply(401, "", {{"WWW-Authenticate", "Negotiate"}});
    return true;
  };
  const auto error = error_of([&] { client().digest("deck", "v1"); });
  EXPECT_EQ(error.what(),
            "the registry at " + host_ + " refuses access, and offers no login that docker knows");
  EXPECT_EQ(error.details.output_tail, "WWW-Authenticate: Negotiate");
}

/// A token server, over TLS and by another name, and a registry that takes its tokens.
class RegistryTokenTest : public RegistryConnectionTest {
 protected:
  RegistryTokenTest() {
    login({{host_, "alice:secret"}});
    guard_ = [this](const Request& request, Answer& answer) {
      {
        const std::lock_guard lock(mutex_);
        if (valid_.contains(header(request, "authorization"))) return false;
      }
      answer.reply(401, "", {{"WWW-Authenticate", challenge()}});
      return true;
    };
  }
  std::string challenge() const {
    return "Bearer realm=\"" + realm_ + "\",service=\"the registry\",scope=\"repository:x:pull\"";
  }
  void give_token(const Request& request, Answer& answer) {
    if (fault_ && fault_(request, answer)) return;
    const auto token = "token-" + std::to_string(++given_);
    {
      const std::lock_guard lock(mutex_);
      valid_.insert("Bearer " + token);
    }
    answer.reply(200, nlohmann::json{{word_, token}, {"expires_in", life_}}.dump());
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const auto& request : tokens_.requests()) all.push_back(percent_decoded(request.target));
    return all;
  }

  std::mutex mutex_;
  std::set<std::string> valid_;
  std::atomic<int> given_ = 0;
  std::string word_ = "token";
  int life_ = 300;
  std::function<bool(const Request&, Answer&)> fault_;
  HttpServer tokens_{[this](const Request& request, Answer& answer) { give_token(request, answer); }};
  TlsFront token_front_{tokens_.port(), authority_.issue("auth.localhost")};
  std::string realm_ = "https://" + token_front_.host("auth.localhost") + "/token?x=1";
};

TEST_F(RegistryTokenTest, ATokenIsAskedForOnceForEachRepository) {
  const auto registry = client("/acme");
  EXPECT_FALSE(registry.digest("deck", "v1"));
  registry.push_manifest("deck", "v1", kOciManifest, "{}");
  EXPECT_TRUE(registry.digest("deck", "v1"));
  EXPECT_THAT(
      asked(),
      ElementsAre("/token?x=1&service=the registry&scope=repository:acme/deck:pull,push&account=alice"));
  EXPECT_EQ(header(tokens_.requests()[0], "authorization"), "Basic " + base64_encoded("alice:secret"));
  EXPECT_THAT(authorizations(), Not(Contains(StartsWith("Basic"))))
      << "the registry itself never gets the password";
  word_ = "access_token";
  EXPECT_FALSE(registry.digest("hook", "v1"));
  EXPECT_THAT(asked(), ElementsAre(testing::_, HasSubstr("scope=repository:acme/hook:pull,push")));
}

TEST_F(RegistryTokenTest, AMountReadsAnotherRepository) {
  client("/acme").mount_blob("deck", "sha256:01", "base");
  EXPECT_THAT(asked(),
              Contains(HasSubstr("&scope=repository:acme/deck:pull,push&scope=repository:acme/base:pull&")));
  const auto requests = registry_.requests();
  EXPECT_TRUE(std::any_of(requests.begin(), requests.end(), [](const Request& one) {
    return one.target.ends_with("mount=sha256:01&from=acme%2Fbase");
  }));
}

TEST_F(RegistryTokenTest, WhoOnlyReadsAsksForNoMore) {
  const RegistryClient reader(std::make_shared<RegistryConnection>(host_), host_,
                              RegistryClient::Access::pull, {.pauses = {}}, {});
  EXPECT_FALSE(reader.digest("deck", "v1"));
  EXPECT_THAT(asked(), ElementsAre(HasSubstr("&scope=repository:deck:pull&")));
}

TEST_F(RegistryTokenTest, WithoutALoginATokenForNobodyIsTried) {
  login({});
  EXPECT_FALSE(client().digest("deck", "v1"));
  EXPECT_EQ(header(tokens_.requests().at(0), "authorization"), "");
  EXPECT_THAT(asked(), ElementsAre(Not(HasSubstr("account"))));
  fault_ = [](const Request&, Answer& answer) { return answer.reply(401, "{}"), true; };
  EXPECT_EQ(error_of([&] { client().digest("deck", "v1"); }).what(),
            "the registry at " + host_ + " asks for a login, and docker has none for it");
}

TEST_F(RegistryTokenTest, AnIdentityTokenIsExchanged) {
  files_.write(
      "docker/config.json",
      nlohmann::json{{"auths", {{host_, {{"auth", base64_encoded("0000:")}, {"identitytoken", "re&fresh"}}}}}}
          .dump());
  word_ = "access_token";
  EXPECT_FALSE(client().digest("deck", "v1"));
  const auto request = tokens_.requests().at(0);
  EXPECT_EQ(request.method + " " + request.target, "POST /token?x=1");
  EXPECT_EQ(header(request, "content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(header(request, "authorization"), "");
  EXPECT_EQ(request.body,
            "service=the%20registry&grant_type=refresh_token&client_id=harness&refresh_token=re%26fresh"
            "&scope=repository%3Adeck%3Apull%2Cpush");
}

TEST_F(RegistryTokenTest, ATokenIsRenewedBeforeItEnds) {
  life_ = 0;
  const auto registry = client();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  const auto before = registry_.requests().size();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  EXPECT_EQ(registry_.requests().size(), before + 1) << "without a refusal first";
  EXPECT_EQ(asked().size(), 2u);
}

TEST_F(RegistryTokenTest, ATokenThatIsNoLongerTakenIsRenewedOnce) {
  const auto registry = client();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  valid_.clear();
  EXPECT_FALSE(registry.digest("deck", "v1"));
  EXPECT_EQ(asked().size(), 2u);
  guard_ = [this](const Request&, Answer& answer) {
    answer.reply(401, "no", {{"WWW-Authenticate", challenge() + ",error=\"insufficient_scope\""}});
    return true;
  };
  const auto error = error_of([&] { registry.digest("deck", "v1"); });
  EXPECT_EQ(error.what(),
            "the registry at " + host_ +
                " refuses repository:deck:pull,push to the login that docker has for it: status 401");
  EXPECT_EQ(asked().size(), 3u);
}

TEST_F(RegistryTokenTest, ATokenServerThatRefusesIsNamed) {
  fault_ = [](const Request&, Answer& answer) { return answer.reply(401, "wrong password"), true; };
  const auto error = error_of([&] { client().digest("deck", "v1"); });
  EXPECT_EQ(error.what(), "the registry at " + host_ +
                              " refuses the login that docker has for it, by its token server at " +
                              token_front_.host("auth.localhost"));
  EXPECT_THAT(error.details.hint, StartsWith("docker login " + host_));
}

TEST_F(RegistryTokenTest, ATokenServerThatIsAwayIsNamed) {
  realm_ = "https://auth.localhost:1/token";
  EXPECT_EQ(error_of([&] { client().digest("deck", "v1"); }).what(),
            "the registry at " + host_ +
                " cannot be reached for deck: its token server https://auth.localhost:1: Connection refused");
}

TEST_F(RegistryTokenTest, ATokenServerThatTalksNonsenseIsNamed) {
  for (const char* nonsense : {"", "s3cret", "[]", "{}", R"({"token": 7})", R"({"token": ""})", "null"}) {
    fault_ = [nonsense](const Request&, Answer& answer) { return answer.reply(200, nonsense), true; };
    const auto error = error_of([&] { client().digest("deck", "v1"); });
    EXPECT_EQ(error.what(), "the token server of the registry at " + host_ +
                                " gives no token: status 200 from https://" +
                                token_front_.host("auth.localhost"))
        << nonsense;
    EXPECT_EQ(error.details.output_tail, "") << "it may be a secret";
  }
  for (const char* realm : {"", "token", "ftp://auth.localhost/", "https://registry@auth.localhost/"}) {
    realm_ = realm;
    EXPECT_EQ(error_of([&] { client().digest("deck", "v1"); }).what(),
              "the registry at " + host_ + " names no token server: realm \"" + realm + "\"");
  }
}

TEST_F(RegistryTokenTest, ALoginIsSentToNobodyWhoCouldBeListenedTo) {
  realm_ = "http://auth.localhost:" + std::to_string(tokens_.port()) + "/token";
  const auto error = error_of([&] { client().digest("deck", "v1"); });
  EXPECT_EQ(error.what(), "the registry at " + host_ + " wants its login sent to http://auth.localhost:" +
                              std::to_string(tokens_.port()) + ", where others could read it");
  EXPECT_THAT(tokens_.requests(), IsEmpty());
  realm_ = "http://localhost:" + std::to_string(tokens_.port()) + "/token";
  EXPECT_FALSE(client().digest("deck", "v1")) << "that does not leave this machine";
}

TEST_F(RegistryTokenTest, ATokenServerThatIsNotBelievedGetsNoLogin) {
  const TestAuthority unknown;
  TlsFront other(tokens_.port(), unknown.issue("auth.localhost"));
  realm_ = "https://" + other.host("auth.localhost") + "/token";
  EXPECT_THAT(error_of([&] { client().digest("deck", "v1"); }).what(),
              AllOf(HasSubstr("TLS with the registry at " + host_),
                    HasSubstr("https://" + other.host("auth.localhost"))));
  EXPECT_THAT(tokens_.requests(), IsEmpty());
}

/// A store of another host that has the registry's blobs.
class RegistryRedirectTest : public RegistryConnectionTest {
 protected:
  RegistryRedirectTest() {
    ask_for_basic();
    login({{host_, "alice:secret"}});
    const auto basic = guard_;
    guard_ = [this, basic](const Request& request, Answer& answer) {
      if (basic(request, answer)) return true;
      if (request.method != "GET" || request.target.find("/blobs/") == std::string::npos) return false;
      answer.reply(307, "", {{"Location", to_}});
      return true;
    };
  }

  const std::string digest_ = descriptor_of("content").digest;
  HttpServer store_{[this](const Request& request, Answer& answer) {
    if (request.target == "/again") return answer.reply(302, "", {{"Location", "/stored?sign=1"}});
    if (request.target == "/round") return answer.reply(302, "", {{"Location", "/round"}});
    answer.reply(request.target == "/stored?sign=1" ? 200 : 403, "content");
  }};
  TlsFront store_front_{store_.port(), authority_.issue("store.localhost")};
  const std::string store_url_ = "https://" + store_front_.host("store.localhost");
  std::string to_ = store_url_ + "/stored?sign=1";
};

TEST_F(RegistryRedirectTest, AStoreGetsNoLogin) {
  EXPECT_EQ(client().blob("deck", digest_), "content");
  to_ = store_url_ + "/again";
  EXPECT_EQ(client().blob("deck", digest_), "content");
  ASSERT_EQ(store_.requests().size(), 3u);
  for (const auto& request : store_.requests()) EXPECT_FALSE(request.headers.contains("authorization"));
}

TEST_F(RegistryRedirectTest, TheSameNameAtAnotherPortGetsNoLogin) {
  TlsFront same_name(store_.port(), authority_.issue("registry.localhost"));
  to_ = "https://" + same_name.host() + "/stored?sign=1";
  EXPECT_EQ(client().blob("deck", digest_), "content");
  to_ = "http://registry.localhost:" + std::to_string(store_.port()) + "/stored?sign=1";
  EXPECT_EQ(client().blob("deck", digest_), "content");
  ASSERT_EQ(store_.requests().size(), 2u);
  for (const auto& request : store_.requests()) EXPECT_FALSE(request.headers.contains("authorization"));
}

TEST_F(RegistryRedirectTest, TheRegistryItselfStillGetsIt) {
  registry_.store("deck/" + digest_, "content");
  const auto plain = guard_;
  guard_ = [this, plain](const Request& request, Answer& answer) {
    if (request.target.ends_with("?direct")) return answer.reply(200, header(request, "authorization")), true;
    return plain(request, answer);
  };
  to_ = "/v2/deck/blobs/x?direct";
  const auto digest = descriptor_of("Basic " + base64_encoded("alice:secret")).digest;
  EXPECT_NO_THROW(client().blob("deck", digest));
}

TEST_F(RegistryRedirectTest, ACircleEnds) {
  to_ = store_url_ + "/round";
  EXPECT_EQ(error_of([&] { client().blob("deck", digest_); }).what(),
            "the registry at " + host_ + " refused GET for deck: status 302");
  EXPECT_EQ(store_.requests().size(), 5u);
}

TEST_F(RegistryRedirectTest, AnUploadToAnotherHostGetsNoLogin) {
  guard_ = [this, plain = guard_](const Request& request, Answer& answer) {
    if (request.method != "POST") return plain(request, answer);
    answer.reply(202, "", {{"Location", store_url_ + "/stored?sign=1"}});
    return true;
  };
  error_of([&] { client().push_blob("deck", digest_, "content"); });  // this store takes nothing
  ASSERT_EQ(store_.requests().size(), 1u);
  EXPECT_EQ(store_.requests()[0].method + " " + store_.requests()[0].target,
            "PUT /stored?sign=1&digest=" + digest_);
  EXPECT_EQ(store_.requests()[0].body, "content");
  EXPECT_FALSE(store_.requests()[0].headers.contains("authorization"));
}

/// At localhost all is as before; but for a login, if it asks for one.
TEST(RegistryAtLocalhostTest, MayAskForALoginToo) {
  const TempProject files;
  const ScopedVariable docker("DOCKER_CONFIG", files.root().string());
  MemoryRegistry registry;
  registry.fault = [](const Request& request, Answer& answer) {
    if (header(request, "authorization") == "Basic " + base64_encoded("alice:secret")) return false;
    answer.reply(401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}});
    return true;
  };
  EXPECT_THAT(
      error_of([&] { RegistryClient(registry.host(), {.pauses = {}}, {}).digest("deck", "v1"); }).what(),
      HasSubstr("asks for a login"));
  files.write("config.json",
              R"({"auths": {")" + registry.host() + R"(": {"username": "alice", "password": "secret"}}})");
  EXPECT_FALSE(RegistryClient(registry.host(), {.pauses = {}}, {}).digest("deck", "v1"));
  EXPECT_EQ(RegistryClient(registry.host(), {}, {}).node_hosts().toml, "") << "there a node finds itself";
}

}  // namespace
}  // namespace harness
