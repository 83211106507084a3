#include "image/docker_refusal.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(DockerRefusalTest, TheNextStepIsNamed) {
  const std::string reference = "reg.example.com:5000/acme/web:1",
                    login = "docker login reg.example.com:5000, if the name " + reference + " is right";
  for (const char* output :
       {"Error response from daemon: Head \"https://reg.example.com:5000/v2/acme/web/manifests/1\": no basic "
        "auth credentials",
        "unauthorized: authentication required", "denied: requested access to the resource is denied",
        "pull access denied for reg.example.com:5000/acme/web, repository does not exist or may require "
        "'docker login'"})
    EXPECT_EQ(refusal_hint(output, reference), login) << output;
  EXPECT_EQ(refusal_hint("pull access denied for acme/web, repository does not exist", "acme/web"),
            "docker login, if the name acme/web is right");
  EXPECT_EQ(refusal_hint("x509: certificate signed by unknown authority", reference),
            "put the certificate of the authority that signed the registry's into "
            "/etc/docker/certs.d/reg.example.com:5000/ca.crt");
  EXPECT_EQ(refusal_hint("http: server gave HTTP response to HTTPS client", reference),
            "the registry has no TLS: list reg.example.com:5000 among insecure-registries in "
            "/etc/docker/daemon.json");
  EXPECT_EQ(refusal_hint("permission denied while trying to connect to the Docker daemon socket", reference),
            "");
  EXPECT_EQ(refusal_hint("no space left on device", reference), "");
}

}  // namespace
}  // namespace harness
