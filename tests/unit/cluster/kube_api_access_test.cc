// cluster/kube_api.cc and cluster/api_access.cc against a server by TLS: each way in which a kubeconfig says
// who is who.
#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "base/base64.h"
#include "base/error.h"
#include "cluster/kube_api.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"
#include "support/tls_server.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;
using namespace std::chrono_literals;

const TestCertificates& certificates() {
  static const TestCertificates all;
  return all;
}

class KubeApiAccessTest : public testing::Test {
 protected:
  ~KubeApiAccessTest() override { EXPECT_FALSE(std::filesystem::exists(files_ / "calls")) << "of kubectl"; }
  Json trusting() const {
    return {{"server", "https://" + server_.host()},
            {"certificate-authority-data", base64_encoded(certificates().pem("authority.pem"))}};
  }
  KubeApi api(const Json& cluster, const Json& user) const {
    return KubeApi(files_.write("kubeconfig", kubeconfig_of(cluster, user)));
  }
  /// One request, as the server saw it.
  TlsServer::Request seen(const Json& cluster, const Json& user) const {
    EXPECT_EQ(api(cluster, user).get("/api/v1/pods/x", soon())["kind"], "Pod");
    return server_.requests().back();
  }
  /// Of a call that must not go on until its patience is over.
  Error refused(const Json& cluster, const Json& user) const {
    const auto begin = std::chrono::steady_clock::now();
    auto error = error_of([&] { api(cluster, user).get("/api/v1/pods/x", ApiPatience()); });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_EQ(error.details.exit_code, kCluster);
    EXPECT_THAT(error.what(),
                HasSubstr("TLS with the cluster's API fails: https://" + server_.host() + ": "));
    EXPECT_THAT(error.details.hint, HasSubstr((files_ / "kubeconfig").string()));
    EXPECT_THROW(api(cluster, user).wait_until_ready(60s, {}), Error);
    return error;
  }
  static ApiPatience soon() { return Deadline(10s, {}); }

  const TempProject files_;
  const std::filesystem::path kubectl_ =
      files_.write("bin/kubectl", "#!/bin/sh\necho \"$*\" >> " + (files_ / "calls").string() + "\n", 0755);
  const ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  const ScopedVariable trust_{"SSL_CERT_FILE", std::nullopt}, more_{"SSL_CERT_DIR", std::nullopt};
  TlsServer server_{certificates(), [](const auto& request) {
                      return request.target.ends_with("/readyz")
                                 ? std::pair(200, std::string("ok"))
                                 : std::pair(200, std::string(R"({"kind":"Pod"})"));
                    }};
};

TEST_F(KubeApiAccessTest, ByCertificate) {
  const auto data = [](const char* file) { return base64_encoded(certificates().pem(file)); };
  const auto request = seen(
      trusting(), {{"client-certificate-data", data("client.pem")}, {"client-key-data", data("client.key")}});
  EXPECT_EQ(request.subject, "tester");
  EXPECT_EQ(request.headers.at("host"), server_.host());
  EXPECT_FALSE(request.headers.contains("authorization"));
  Json files = {{"server", "https://" + server_.host()},
                {"certificate-authority", certificates().file("authority.pem").string()}};
  EXPECT_EQ(seen(files, {{"client-certificate", certificates().file("client.pem").string()},
                         {"client-key", certificates().file("client.key").string()}})
                .subject,
            "tester");
}

TEST_F(KubeApiAccessTest, ByToken) {
  const auto request = seen(trusting(), {{"token", "a-token"}});
  EXPECT_EQ(request.headers.at("authorization"), "Bearer a-token");
  EXPECT_EQ(request.subject, "");
}

TEST_F(KubeApiAccessTest, ByPassword) {
  EXPECT_EQ(seen(trusting(), {{"username", "me"}, {"password", "p w"}}).headers.at("authorization"),
            "Basic " + base64_encoded("me:p w"));
}

TEST_F(KubeApiAccessTest, InTheNameOfAnother) {
  const auto headers = seen(trusting(), {{"token", "t"},
                                         {"as", "jane"},
                                         {"as-uid", "7"},
                                         {"as-groups", {"a", "b"}},
                                         {"as-user-extra", {{"example.com/Scope", {"view"}}}}})
                           .headers;
  EXPECT_EQ(headers.at("impersonate-user"), "jane");
  EXPECT_EQ(headers.at("impersonate-uid"), "7");
  EXPECT_EQ(headers.at("impersonate-group"), "a, b");
  EXPECT_EQ(headers.at("impersonate-extra-example.com%2fscope"), "view");
}

TEST_F(KubeApiAccessTest, ATokenFileMayChange) {
  files_.write("token", "one\n");
  const auto api = this->api(trusting(), {{"tokenFile", "token"}, {"token", "written down"}});
  const auto token = [&] {
    api.get("/x", soon());
    return server_.requests().back().headers.at("authorization");
  };
  EXPECT_EQ(token(), "Bearer one");
  files_.write("token", "two");
  EXPECT_EQ(token(), "Bearer two");
  files_.write("token", "");
  EXPECT_EQ(token(), "Bearer two") << "it is being renewed";
  std::filesystem::remove(files_ / "token");
  EXPECT_EQ(token(), "Bearer two");
  files_.write("token", "three\r\nX-Evil: 1");
  EXPECT_THAT(error_of([&] { token(); }).what(),
              HasSubstr("control characters in what is to be sent as Authorization"));
  EXPECT_EQ(server_.connections(), 1u) << "it is kept";
}

TEST_F(KubeApiAccessTest, ACertificateThatNobodyTrustsIsAnErrorAtOnce) {
  auto cluster = trusting();
  cluster["certificate-authority-data"] = base64_encoded(certificates().pem("other.pem"));
  EXPECT_THAT(refused(cluster, {{"token", "secret"}}).what(), Not(HasSubstr("secret")));
  cluster.erase("certificate-authority-data");
  refused(cluster, {{"token", "secret"}});
  cluster["certificate-authority-data"] = base64_encoded("-----BEGIN CERTIFICATE-----\nAA==\n");
  refused(cluster, {});
  EXPECT_TRUE(server_.requests().empty()) << "nobody is told the token";
}

TEST_F(KubeApiAccessTest, AKeyThatIsNotTheCertificates) {
  const auto data = [](const char* file) { return base64_encoded(certificates().pem(file)); };
  refused(trusting(),
          {{"client-certificate-data", data("client.pem")}, {"client-key-data", data("server.key")}});
}

TEST_F(KubeApiAccessTest, ACertificateThatTheServerDoesNotTakeIsAnErrorAtOnce) {
  const auto data = [](const char* file) { return base64_encoded(certificates().pem(file)); };
  refused(trusting(),
          {{"client-certificate-data", data("other.pem")}, {"client-key-data", data("other.key")}});
}

TEST_F(KubeApiAccessTest, AnybodyIsTrustedWhereItSaysSo) {
  EXPECT_EQ(
      seen({{"server", "https://" + server_.host()}, {"insecure-skip-tls-verify", true}}, {{"token", "t"}})
          .headers.at("authorization"),
      "Bearer t");
}

TEST_F(KubeApiAccessTest, TheCertificateMayBeOfAnotherName) {
  auto cluster = trusting();
  cluster["tls-server-name"] = "api.test";
  EXPECT_EQ(seen(cluster, {}).headers.at("host"), server_.host());
  cluster["tls-server-name"] = "other.test";
  refused(cluster, {});
}

TEST_F(KubeApiAccessTest, AServerMayHaveAPath) {
  auto cluster = trusting();
  cluster["server"] = "https://" + server_.host() + "/k8s/clusters/c-1/";
  EXPECT_EQ(seen(cluster, {}).target, "/k8s/clusters/c-1/api/v1/pods/x");
  cluster["tls-server-name"] = "api.test";
  EXPECT_EQ(seen(cluster, {}).target, "/k8s/clusters/c-1/api/v1/pods/x");
  cluster["server"] = server_.host();
  EXPECT_EQ(seen(cluster, {}).target, "/api/v1/pods/x") << "TLS, since there is an authority";
}

TEST_F(KubeApiAccessTest, ThisMachineIsAskedWithoutTheUsersProxy) {
  const ScopedVariable https("HTTPS_PROXY", "http://127.0.0.1:1"), all("ALL_PROXY", "http://127.0.0.1:1");
  seen(trusting(), {});
  auto cluster = trusting();
  cluster["tls-server-name"] = "api.test";
  seen(cluster, {});
}

TEST_F(KubeApiAccessTest, OthersAreAskedThroughIt) {
  HttpServer proxy([](const auto& request, auto& answer) {
    answer.reply(200, request.target.ends_with("/readyz") ? "ok" : R"({"kind":"Pod"})");
  });
  const Json cluster = {{"server", "http://cluster.invalid:80"}};
  const auto asked = [&] { return proxy.count("GET http://cluster.invalid/api/v1/pods/x"); };
  {
    const ScopedVariable variable("HTTP_PROXY", "http://" + proxy.host());
    api(cluster, {}).get("/api/v1/pods/x", soon());
    EXPECT_EQ(asked(), 1u);
    const ScopedVariable except("NO_PROXY", "x,*");
    EXPECT_THROW(api(cluster, {}).get("/api/v1/pods/x", Deadline(300ms, {})), ApiError);
  }
  {
    const ScopedVariable variable("ALL_PROXY", "http://" + proxy.host());
    EXPECT_THROW(api(cluster, {}).get("/api/v1/pods/x", Deadline(300ms, {})), ApiError) << "as kubectl";
  }
  EXPECT_EQ(asked(), 1u);
  // That of the kubeconfig is for all, this machine and NO_PROXY included.
  const ScopedVariable except("NO_PROXY", "*");
  api({{"server", "http://127.0.0.1:1"}, {"proxy-url", "http://" + proxy.host()}}, {})
      .get("/api/v1/pods/x", soon());
  EXPECT_EQ(proxy.count("GET http://127.0.0.1:1/api/v1/pods/x"), 1u);
}

TEST_F(KubeApiAccessTest, AUserThatIsNotAcceptedIsGivenUpSoon) {
  const TlsServer unwilling(certificates(),
                            [](const auto&) { return std::pair(401, std::string("Unauthorized")); });
  auto cluster = trusting();
  cluster["server"] = "https://" + unwilling.host();
  const auto begin = std::chrono::steady_clock::now();
  const auto error = error_of([&] { api(cluster, {{"token", "secret"}}).wait_until_ready(60s, {}); });
  EXPECT_THAT(error.what(), StartsWith("the cluster's API does not accept the kubeconfig's user: "));
  EXPECT_THAT(error.details.hint, HasSubstr("may have expired"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(ApiAccessTest, WhatOnlyKubectlKnows) {
  const ScopedVariable trust("SSL_CERT_FILE", std::nullopt), more("SSL_CERT_DIR", std::nullopt),
      none("HTTPS_PROXY", std::nullopt), small("https_proxy", std::nullopt);
  Kubeconfig config;
  config.cluster = {.server = "https://cluster.invalid", .server_name = "other"};
  EXPECT_FALSE(takes_kubectl(config));
  {
    const ScopedVariable proxy("HTTPS_PROXY", "http://proxy");
    EXPECT_TRUE(takes_kubectl(config)) << "NO_PROXY may have cluster.invalid";
    config.cluster.proxy = "http://another";
    EXPECT_FALSE(takes_kubectl(config));
    config.cluster.proxy = "";
    config.cluster.server = "https://127.0.0.1:6443";
    EXPECT_FALSE(takes_kubectl(config));
  }
  const ScopedVariable file("SSL_CERT_FILE", "/etc/company.pem");
  config.cluster.server = "http://cluster.invalid";
  EXPECT_FALSE(takes_kubectl(config)) << "there is nothing to trust";
  config.cluster.server = "https://cluster.invalid";
  EXPECT_TRUE(takes_kubectl(config)) << "Go reads that";
  config.cluster.authority = "-----BEGIN CERTIFICATE-----";
  EXPECT_FALSE(takes_kubectl(config));
  config.user.logs_in_by_program = true;
  EXPECT_TRUE(takes_kubectl(config));
}

TEST_F(KubeApiAccessTest, ManyAreAskedAtOnce) {
  const auto api = this->api(trusting(), {{"token", "t"}});
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 40; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(api.get("/x", soon())["kind"], "Pod");
    });
  threads.clear();
  EXPECT_EQ(server_.requests().size(), 200u);
  EXPECT_LE(server_.connections(), 200u);
  const auto before = open_fds();
  for (int i = 0; i < 20; ++i) api.get("/x", soon());
  EXPECT_EQ(open_fds(), before);
}

}  // namespace
}  // namespace harness
