#include "image/docker_login.h"

#include <gmock/gmock.h>

#include "base/base64.h"
#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string kHost = "registry.example.com:5000";

class DockerLoginTest : public testing::Test {
 protected:
  void config(const std::string& text) const { files_.write("docker/config.json", text, 0600); }
  void helper(const std::string& script) const {
    files_.write("bin/docker-credential-fake",
                 "#!/bin/sh\necho \"$*\" > " + (files_ / "called").string() + "\ncat >> " +
                     (files_ / "called").string() + "\n" + script + "\n",
                 0755);
  }
  std::string found(const std::string& host = kHost) const {
    const auto login = docker_login(host, {}, 10s);
    return login ? login->user + "|" + login->password + "|" + login->identity_token + "|" +
                       login->registry_token
                 : "none";
  }

  TempProject files_;
  ScopedVariable config_{"DOCKER_CONFIG", (files_ / "docker").string()};
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
};

TEST_F(DockerLoginTest, IsInTheFile) {
  EXPECT_EQ(found(), "none") << "there is no file";
  config("{}");
  EXPECT_EQ(found(), "none");
  const auto auth = base64_encoded("alice:pass:word");
  config(R"({"auths": {"registry.example.com:5000": {"auth": ")" + auth +
         R"("}, "other.example.com": {"username": "bob", "password": "x"},
             "https://old.example.com/v1/": {"auth": ")" +
         auth + R"("}, "none.example.com": {},
             "azure.example.com": {"auth": ")" +
         base64_encoded("00000000-0000-0000-0000-000000000000:") + R"(", "identitytoken": "refresh"},
             "token.example.com": {"registrytoken": "bearer"}}})");
  EXPECT_EQ(found(), "alice|pass:word||");
  EXPECT_EQ(found("other.example.com"), "bob|x||");
  EXPECT_EQ(found("old.example.com"), "alice|pass:word||") << "as older clients wrote it";
  EXPECT_EQ(found("none.example.com"), "none");
  EXPECT_EQ(found("azure.example.com"), "00000000-0000-0000-0000-000000000000||refresh|");
  EXPECT_EQ(found("token.example.com"), "|||bearer");
  EXPECT_EQ(found("registry.example.com"), "none") << "that is another registry";
}

TEST_F(DockerLoginTest, IsInTheHomeFolderByDefault) {
  const ScopedVariable unset("DOCKER_CONFIG", std::nullopt), home("HOME", files_.root().string());
  files_.write(".docker/config.json", R"({"auths": {"a.example.com": {"username": "u", "password": "p"}}})");
  EXPECT_EQ(found("a.example.com"), "u|p||");
}

TEST_F(DockerLoginTest, AHelperIsAsked) {
  helper(R"(echo '{"ServerURL": "x", "Username": "alice", "Secret": "s3cret"}')");
  config(
      R"({"credHelpers": {"registry.example.com:5000": "fake"}, "auths": {"other.example.com": {"username": "bob", "password": "x"}}})");
  EXPECT_EQ(found(), "alice|s3cret||");
  EXPECT_EQ(text_of(files_ / "called"), "get\n" + kHost);
  EXPECT_EQ(found("other.example.com"), "bob|x||") << "only its own registry's";
  config(R"({"credsStore": "fake", "auths": {"registry.example.com:5000": {}}})");
  EXPECT_EQ(found("any.example.com"), "alice|s3cret||");
  helper(R"(echo '{"Username": "<token>", "Secret": "refresh"}')");
  EXPECT_EQ(found(), "||refresh|");
}

TEST_F(DockerLoginTest, AHelperThatKnowsNoneMeansNone) {
  config(
      R"({"credsStore": "fake", "auths": {"registry.example.com:5000": {"username": "bob", "password": "x"}}})");
  helper("echo 'credentials not found in native keychain'; exit 1");
  EXPECT_EQ(found(), "none") << "docker does not look into the file then";
}

TEST_F(DockerLoginTest, AHelperThatFailsIsNamed) {
  config(R"({"credsStore": "fake"})");
  const auto error = [&](std::chrono::milliseconds patience = 10s) {
    return error_of([&] { docker_login(kHost, {}, patience); });
  };
  const std::string begin = "docker's login for " + kHost + " is not known: docker-credential-fake, which " +
                            (files_ / "docker/config.json").string() + " names, ";
  EXPECT_EQ(error().what(), begin + "is not on PATH");
  EXPECT_EQ(error().details.exit_code, kBuild);
  helper("echo 'the keychain is locked'; exit 1");
  EXPECT_EQ(error().what(), begin + "failed with exit code 1");
  EXPECT_THAT(error().details.output_tail, HasSubstr("the keychain is locked"));
  helper("kill -9 $$");
  EXPECT_EQ(error().what(), begin + "was killed by signal 9");
  helper("exec sleep 100");
  EXPECT_EQ(error(200ms).what(), begin + "did not answer within 0.2s");
  for (const char* garbage : {"echo s3cret", "echo '[]'", "echo '{\"Secret\": 1}'", "true",
                              "echo '{\"Username\": \"alice\", \"Secret\": \"s3cret\"'"}) {
    helper(garbage);
    const auto bad = error();
    EXPECT_EQ(bad.what(), begin + "did not print a login in JSON") << garbage;
    EXPECT_THAT(bad.details.output_tail + bad.details.hint + bad.details.command, Not(HasSubstr("s3cret")));
  }
  helper(R"(echo '{"Username": "alice", "Secret": "s3cret"}'; exit 3)");
  EXPECT_THAT(error().details.output_tail, Not(HasSubstr("s3cret")));
}

TEST_F(DockerLoginTest, AStopEndsTheQuestion) {
  config(R"({"credsStore": "fake"})");
  helper("exec sleep 100");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(docker_login(kHost, stop.get_token(), 10s), Cancelled);
}

TEST_F(DockerLoginTest, AFileThatCannotBeReadIsNamed) {
  for (const char* text : {"", "{", "[]", "null x"}) {
    config(text);
    const auto error = error_of([&] { docker_login(kHost, {}, 10s); });
    EXPECT_THAT(error.what(), AllOf(HasSubstr("docker's settings cannot be read"),
                                    HasSubstr((files_ / "docker/config.json").string())))
        << text;
  }
  for (const std::string& auth : {std::string("%%%"), base64_encoded("s3cret")}) {
    config(R"({"auths": {"registry.example.com:5000": {"auth": ")" + auth + "\"}}}");
    const auto error = error_of([&] { docker_login(kHost, {}, 10s); });
    EXPECT_THAT(error.what(), AllOf(HasSubstr("docker's login for " + kHost + " cannot be read"),
                                    Not(HasSubstr(auth)), Not(HasSubstr("s3cret"))));
    EXPECT_EQ(error.details.hint, "docker login " + kHost + " writes it anew");
  }
}

TEST_F(DockerLoginTest, WhatIsOfAnotherTypeIsNoLogin) {
  for (const char* text :
       {R"({"auths": []})", R"({"auths": {"registry.example.com:5000": 7}})", R"({"auths": null})",
        R"({"credHelpers": "x", "credsStore": 7, "auths": {"registry.example.com:5000": {"auth": 7}}})"}) {
    config(text);
    EXPECT_EQ(found(), "none") << text;
  }
}

}  // namespace
}  // namespace harness
