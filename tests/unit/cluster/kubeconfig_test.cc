#include "cluster/kubeconfig.h"

#include <gmock/gmock.h>

#include "base/base64.h"
#include "base/error.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

class KubeconfigTest : public testing::Test {
 protected:
  Kubeconfig read(const std::string& text) const { return read_kubeconfig(files_.write("config", text)); }
  Kubeconfig read(const Json& cluster, const Json& user) const { return read(kubeconfig_of(cluster, user)); }
  /// The message, without the file's name at its begin.
  std::string wrong(const std::string& text) const {
    const auto error = error_of([&] { read(text); });
    EXPECT_EQ(error.details.exit_code, kCluster);
    EXPECT_THAT(error.details.hint,
                HasSubstr("kubectl config view --kubeconfig " + (files_ / "config").string()));
    const auto file = (files_ / "config").string() + ": ";
    EXPECT_THAT(error.what(), StartsWith(file));
    return std::string(error.what()).substr(file.size());
  }
  std::string wrong(const Json& cluster, const Json& user) const {
    return wrong(kubeconfig_of(cluster, user));
  }

  const TempProject files_;
  const Json server_ = {{"server", "https://127.0.0.1:6443"}};
};

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

TEST_F(KubeconfigTest, TheCurrentContextOfMany) {
  const auto config = read(R"(apiVersion: v1
kind: Config
preferences: {}
current-context: kind-a
clusters:
- {name: kind-b, cluster: {server: https://b}}
- name: kind-a
  cluster:
    certificate-authority-data: )" +
                           base64_encoded(kPem) + R"(
    server: https://127.0.0.1:33333
    tls-server-name: kubernetes
    proxy-url: socks5://proxy:1080
contexts:
- {name: kind-b, context: {cluster: kind-b, user: kind-b}}
- {name: kind-a, context: {cluster: kind-a, user: admin, namespace: x}}
users:
- {name: kind-b, user: {token: of-b}}
- {name: admin, user: {token: "of-a", as: jane, as-groups: [a, b], as-user-extra: {scopes: [view]}}}
)");
  EXPECT_EQ(config.cluster.server, "https://127.0.0.1:33333");
  EXPECT_EQ(config.cluster.authority, kPem);
  EXPECT_EQ(config.cluster.server_name, "kubernetes");
  EXPECT_EQ(config.cluster.proxy, "socks5://proxy:1080");
  EXPECT_FALSE(config.cluster.believes_anybody);
  EXPECT_EQ(config.user.token, "of-a");
  EXPECT_EQ(config.user.as, "jane");
  EXPECT_THAT(config.user.as_groups, ElementsAre("a", "b"));
  EXPECT_THAT(config.user.as_extra.at("scopes"), ElementsAre("view"));
  EXPECT_FALSE(config.user.logs_in_by_program);
}

TEST_F(KubeconfigTest, DataComesBeforeFilesWhichAreBesideIt) {
  files_.write("keys/one.pem", std::string("in a file\n") + kPem);
  files_.write("token", "first\n");
  auto user = Json{{"client-certificate", "keys/one.pem"},
                   {"client-key", (files_ / "keys/one.pem").string()},
                   {"tokenFile", "token"}};
  auto config = read(server_, user);
  EXPECT_THAT(config.user.certificate, StartsWith("in a file"));
  EXPECT_THAT(config.user.key, StartsWith("in a file"));
  EXPECT_EQ(config.user.token_file, files_ / "token");
  user["client-certificate-data"] = base64_encoded(kPem);
  EXPECT_EQ(read(server_, user).user.certificate, kPem);
}

TEST_F(KubeconfigTest, AProgramThatLogsIn) {
  EXPECT_TRUE(read(server_, {{"exec", {{"command", "x"}}}}).user.logs_in_by_program);
  EXPECT_TRUE(read(server_, {{"auth-provider", {{"name", "oidc"}}}}).user.logs_in_by_program);
}

TEST_F(KubeconfigTest, NobodyIsAUser) {
  EXPECT_EQ(read("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, "
                 "cluster: {server: 'http://a'}}]")
                .user.token,
            "");
}

TEST_F(KubeconfigTest, WhatIsNoKubeconfig) {
  EXPECT_EQ(wrong(""), "the file has no current-context");
  EXPECT_EQ(wrong("{}"), "the file has no current-context");
  EXPECT_EQ(wrong("[]"), "the file is no mapping");
  EXPECT_EQ(wrong("just words"), "the file is no mapping");
  EXPECT_EQ(wrong(std::string("\x7f"
                              "ELF\0\0\1",
                              7)),
            "the file is no text");
  EXPECT_THAT(wrong("\x1f\x8b\x08\xff\xfe binary \x01"), HasSubstr("the file is"));
  EXPECT_THAT(wrong("a: [b"), StartsWith("the file is no YAML: "));
  EXPECT_THAT(wrong(","), StartsWith("the file is no YAML: "));
  EXPECT_EQ(wrong("current-context: [a]"), "the file has a current-context that is no text");
  EXPECT_EQ(wrong("current-context: 1"), "the file has a current-context that is no text");
  std::filesystem::create_directory(files_ / "folder");
  EXPECT_THAT(error_of([&] { read_kubeconfig(files_ / "folder"); }).what(), EndsWith("Is a directory"));
  EXPECT_THAT(error_of([&] { read_kubeconfig(files_ / "none"); }).what(),
              EndsWith("No such file or directory"));
}

TEST_F(KubeconfigTest, WhatIsNamedAndMissing) {
  const std::string context = "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n";
  EXPECT_EQ(wrong("current-context: a"), "the file has no context a");
  EXPECT_EQ(wrong("current-context: a\ncontexts: {a: {}}"), "the file has contexts that are no list");
  EXPECT_EQ(wrong("current-context: a\ncontexts: [null, 1, {name: a}]"), "context a names no cluster");
  EXPECT_EQ(wrong(context), "the file has no cluster c");
  EXPECT_EQ(wrong(context + "clusters: [{name: c, cluster: {server: 'https://x'}}]"),
            "the file has no user u");
  EXPECT_EQ(wrong(context + "clusters: [{name: c, cluster: {}}]"), "cluster c has no server");
  EXPECT_EQ(wrong(context + "clusters: [{name: c}, {name: c}]"), "the file has two clusters of the name c");
}

TEST_F(KubeconfigTest, FieldsThatCannotBe) {
  EXPECT_EQ(wrong({{"server", "unix:///x"}}, {}), "cluster test has a server that is no URL of HTTP");
  EXPECT_EQ(wrong({{"server", "https://a b"}}, {}), "cluster test has a server that is no URL of HTTP");
  EXPECT_EQ(wrong({{"server", "https://a"}, {"proxy-url", "ftp://p"}}, {}),
            "cluster test has a proxy-url that begins with none of http://, https:// and socks5://");
  EXPECT_EQ(wrong({{"server", "https://a"}, {"certificate-authority-data", "%%"}}, {}),
            "cluster test has a certificate-authority-data that is no base64");
  EXPECT_EQ(wrong({{"server", "https://a"}, {"certificate-authority-data", base64_encoded("x")}}, {}),
            "cluster test has a certificate-authority-data that is no PEM");
  EXPECT_THAT(wrong({{"server", "https://a"}, {"certificate-authority", "none.pem"}}, {}),
              StartsWith("cluster test has a certificate-authority that cannot be read: "));
  EXPECT_EQ(
      wrong({{"server", "https://a"},
             {"certificate-authority-data", base64_encoded(kPem)},
             {"insecure-skip-tls-verify", true}},
            {}),
      "cluster test has a certificate-authority and insecure-skip-tls-verify, of which kubectl takes one");
  EXPECT_EQ(wrong(server_, {{"client-certificate-data", base64_encoded(kPem)}}),
            "user test has a client-certificate and no client-key");
  EXPECT_EQ(wrong(server_, {{"username", "me"}, {"token", "secret"}}),
            "user test has a username and a token, of which kubectl takes one");
  EXPECT_THAT(wrong(server_, {{"tokenFile", "none"}}),
              StartsWith("user test has a tokenFile that cannot be read: "));
  EXPECT_EQ(wrong(server_, {{"as-groups", {"a"}}}),
            "user test has as-uid, as-groups or as-user-extra and no as");
  EXPECT_THAT(wrong(server_, {{"token", 12345678}}), Not(HasSubstr("12345678")));
}

}  // namespace
}  // namespace harness
