#include "base/secrets.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(SecretsTest, CredentialsOfUrlsAreNotShown) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://me:pass@host:1/a?b", "https://***@host:1/a?b"},
      {"cannot fetch 'HTTPS://token@host/x@y'", "cannot fetch 'HTTPS://***@host/x@y'"},
      {"http://a:b@c@host", "http://***@host"},
      {"ftp://a:b@h and https://c:d@i/", "ftp://***@h and https://***@i/"},
      {"ssh://git@host/a.git", "ssh://git@host/a.git"},
      {"https://host/a@b", "https://host/a@b"},
      {"git@host:a/b.git", "git@host:a/b.git"}};
  for (const auto& [text, shown] : cases) EXPECT_EQ(without_credentials(text), shown);
}

TEST(SecretsTest, CommandLinesKeepNoValues) {
  EXPECT_EQ(shown_command({"./harness", "-set", "key=a b", "-set=other=x\ny", "--set=z=", "-run=A b",
                           "-es-url=http://me:pass@host"}),
            "./harness -set key=... -set=other=... --set=z=... '-run=A b' '-es-url=http://***@host'");
}

TEST(SecretsTest, NamesTell) {
  for (const char* name : {"GITHUB_TOKEN", "db-password", "apiKey", "AWS_ACCESS_KEY_ID", "clientSecret"})
    EXPECT_TRUE(names_secret(name)) << name;
  for (const char* name : {"HOME", "KUBECONFIG", "MONKEY", "PATH"}) EXPECT_FALSE(names_secret(name)) << name;
}

}  // namespace
}  // namespace harness
