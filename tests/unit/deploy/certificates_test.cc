// deploy/gateway/certificates.cc, tls_host.cc
#include "deploy/gateway/certificates.h"

#include <gmock/gmock.h>

#include "base/base64.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

nlohmann::json secret_of(const Certificate& certificate) {
  return {{"data", {{"tls.crt", base64_encoded(certificate.chain)}}},
          {"stringData", {{"tls.key", certificate.key}}}};
}

TEST(CertificatesTest, OneThatNginxTakes) {
  const auto one = self_signed_certificate(), other = self_signed_certificate();
  EXPECT_EQ(problem_of(one), "");
  EXPECT_EQ(problem_of({one.chain, other.key}), "its tls.key is not the key of its tls.crt");
  EXPECT_EQ(problem_of({"", one.key}), "it has no tls.crt");
  EXPECT_EQ(problem_of({one.chain, ""}), "it has no tls.key");
  EXPECT_EQ(problem_of({"x", one.key}), "its tls.crt is no certificate in PEM");
  EXPECT_EQ(problem_of({one.chain, "x"}), "its tls.key is no private key in PEM without a password");
}

TEST(CertificatesTest, TheOneThatIsKeptStays) {
  const auto made = kept_certificate(nullptr);
  EXPECT_EQ(problem_of(made), "");
  EXPECT_EQ(kept_certificate(certificates_secret(certificates_of({}, made, {}), "x")), made);
}

TEST(CertificatesTest, OfSecretsElseSelfSigned) {
  const auto fallback = self_signed_certificate(), good = self_signed_certificate();
  const auto found = certificates_of({{"c", "a.test", "ci", "good", "m.yaml:1:1"},
                                      {"c", "b.test", "ci", "good", "m.yaml:2:1"},
                                      {"c", "c.test", "ci", "gone", "m.yaml:3:1"},
                                      {"c", "d.test", "ci", "bad", "m.yaml:4:1"},
                                      {"c", "e.test", "", "", "m.yaml:5:1"}},
                                     fallback, [&](const std::string&, const std::string& name) {
                                       return name == "good"  ? secret_of(good)
                                              : name == "bad" ? secret_of({good.chain, "x"})
                                                              : nlohmann::json();
                                     });
  EXPECT_EQ(found.by_name.at("ci.good"), good);
  EXPECT_EQ(found.by_name.at("ci.gone"), fallback);
  EXPECT_EQ(found.by_name.at("ci.bad"), fallback);
  EXPECT_EQ(found.by_name.at("self-signed"), fallback);
  EXPECT_THAT(
      found.remarks,
      ElementsAre(
          Pair("c",
               "warning: m.yaml:3:1: Secret ci/gone: it does not exist: the gateway has a self-signed "
               "certificate"),
          Pair("c", HasSubstr("Secret ci/bad: its tls.key is no private key"))));
  for (const auto& [component, remark] : found.remarks) EXPECT_THAT(remark, testing::Not(HasSubstr("BEGIN")));
  EXPECT_EQ(base64_decoded(certificates_secret(found, "x")["data"]["ci.good.key"].get<std::string>()),
            good.key);
}

TEST(TlsHostTest, WildcardsAreForNarrowerNames) {
  EXPECT_TRUE(is_for("*.a.test", "x.a.test"));
  EXPECT_FALSE(is_for("*.a.test", "x.y.a.test"));
  EXPECT_FALSE(is_for("*.a.test", "a.test"));
  EXPECT_TRUE(is_for("**.a.test", "x.y.a.test"));
  EXPECT_TRUE(is_for("**.a.test", "*.a.test"));
  EXPECT_FALSE(is_for("*.a.test", "**.a.test"));
  EXPECT_FALSE(is_for("**.a.test", "xa.test"));
  const std::vector<TlsHost> hosts{
      {"", "", "n", "any"}, {"", "**.a.test", "n", "wide"}, {"", "*.b.a.test", "n", "narrow"}};
  EXPECT_EQ(tls_of(hosts, "x.b.a.test")->secret, "narrow");
  EXPECT_EQ(tls_of(hosts, "x.a.test")->secret, "wide");
  EXPECT_EQ(tls_of(hosts, "other.test")->secret, "any");
  EXPECT_EQ(tls_of({hosts[1]}, "other.test"), nullptr);
}

}  // namespace
}  // namespace harness
