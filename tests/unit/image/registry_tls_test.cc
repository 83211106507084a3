#include "image/registry_tls.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RegistryTlsTest : public testing::Test {
 protected:
  RegistryTls of(const std::string& host) const {
    return registry_tls(host, {files_ / "first", files_ / "second"});
  }
  TempProject files_;
};

TEST_F(RegistryTlsTest, DockersFolderOfTheHost) {
  files_.write("second/reg:5000/ca.crt", "AUTHORITY");
  files_.write("second/reg:5000/other.crt", "ANOTHER");
  files_.write("second/reg:5000/client.cert", "CLIENT");
  files_.write("second/reg:5000/client.key", "KEY");
  files_.write("second/reg:5000/README", "text");
  const auto tls = of("reg:5000");
  EXPECT_EQ(tls.authorities, "AUTHORITY\nANOTHER\n");
  EXPECT_EQ(tls.certificate, "CLIENT\n");
  EXPECT_EQ(tls.key, "KEY\n");
  EXPECT_EQ(tls.to_registry().authority, tls.authorities + system_authorities());
  EXPECT_EQ(tls.to_registry().key, "KEY\n");
  EXPECT_EQ(tls.to_others().authority, tls.to_registry().authority);
  EXPECT_EQ(tls.to_others().key, "") << "it is for the registry alone";
  EXPECT_EQ(of("reg").authorities, "") << "of another port";
  files_.write("first/reg:5000/ca.crt", "FIRST");
  EXPECT_EQ(of("reg:5000").authorities, "FIRST\n");
  EXPECT_EQ(of("reg:5000").certificate, "");
}

TEST_F(RegistryTlsTest, HalfOfAPairIsAnError) {
  files_.write("first/reg/client.cert", "CLIENT");
  const auto error = error_of([&] { of("reg"); });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("the certificates for the registry at reg cannot be used"),
                                  HasSubstr("client.key is missing")));
  EXPECT_EQ(error.details.exit_code, kBuild);
  files_.write("first/key/client.key", "KEY");
  EXPECT_THAT(error_of([&] { of("key"); }).what(), HasSubstr("client.cert is missing"));
}

TEST_F(RegistryTlsTest, TheFoldersOfBothEngines) {
  const ScopedVariable config("XDG_CONFIG_HOME", "/config");
  EXPECT_THAT(certificate_folders(), testing::ElementsAre("/etc/docker/certs.d", "/config/docker/certs.d"));
}

TEST_F(RegistryTlsTest, WhatDockersEngineListsAsInsecure) {
  const std::string config =
      R"({"InsecureRegistryCIDRs": ["127.0.0.0/8", "10.1.0.0/17", "fd00::/8", "junk", 7],
          "IndexConfigs": {"docker.io": {"Secure": true}, "reg.example.com:5000": {"Secure": false}, "10.1.0.9:5000": {"Secure": true}}})";
  EXPECT_TRUE(is_listed_insecure(config, "reg.example.com:5000", {}));
  EXPECT_FALSE(is_listed_insecure(config, "reg.example.com", {}));
  EXPECT_FALSE(is_listed_insecure(config, "docker.io", {"10.1.0.1"}));
  EXPECT_TRUE(is_listed_insecure(config, "a:1", {"192.0.2.1", "10.1.127.255"}));
  EXPECT_FALSE(is_listed_insecure(config, "a:1", {"10.1.128.0"}));
  EXPECT_TRUE(is_listed_insecure(config, "a:1", {"fd12::1"}));
  EXPECT_FALSE(is_listed_insecure(config, "a:1", {"fe80::1", "not an address", ""}));
  EXPECT_FALSE(is_listed_insecure(config, "10.1.0.9:5000", {"10.1.0.9"})) << "its own entry wins";
  for (const char* text :
       {"", "null", "[]", "{}", R"({"IndexConfigs": null, "InsecureRegistryCIDRs": null})"})
    EXPECT_FALSE(is_listed_insecure(text, "a:1", {"127.0.0.1"})) << text;
}

TEST_F(RegistryTlsTest, TheEngineIsAsked) {
  files_.write("bin/docker",
               "#!/bin/sh\n[ \"$*\" = 'info --format {{json .RegistryConfig}}' ] || exit 1\n"
               "echo '{\"IndexConfigs\": {\"a:1\": {\"Secure\": false}}}'\n",
               0755);
  const ScopedVariable path("PATH", (files_ / "bin").string());
  EXPECT_TRUE(engine_lists_insecure("a:1", {}));
  EXPECT_FALSE(engine_lists_insecure("b:1", {}));
  const ScopedVariable none("PATH", files_.root().string());
  EXPECT_FALSE(engine_lists_insecure("a:1", {})) << "there is no docker";
}

}  // namespace
}  // namespace harness
