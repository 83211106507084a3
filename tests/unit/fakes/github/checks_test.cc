// Check runs, releases, apps, a lenient server.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "fake.h"
#include "github/text.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ChecksTest : public GitHubTest {};

TEST_F(ChecksTest, AreAnApps) {
  const Json run{{"name", "unit"}, {"head_sha", kTopic}};
  EXPECT_EQ(must(403, "POST", "check-runs", run)["message"], "You must authenticate via a GitHub App.");
  must(403, "POST", "check-suites", {{"head_sha", kTopic}});
  as_app({{"checks", "read"}});
  must(403, "POST", "check-runs", run);
  as_app({{"checks", "write"}});
  must(201, "POST", "check-runs", run);
  seed_json({{"lenient", true}});
  token_ = "";
  must(201, "POST", "check-runs", run);
}

TEST_F(ChecksTest, WhatGitHubDoesNotTake) {
  as_app({{"checks", "write"}});
  const auto with_output = [&](const Json& output) {
    return Json{{"name", "unit"}, {"head_sha", kTopic}, {"output", output}};
  };
  for (const Json& wrong : {Json(1), Json("x"), Json::array({1}), Json(true)})
    must(422, "POST", "check-runs", with_output(wrong));
  must(422, "POST", "check-runs", with_output({{"summary", "without a title"}}));
  must(422, "POST", "check-runs", with_output({{"title", "t"}, {"summary", std::string(65536, 'x')}}));
  Json annotation{
      {"path", "a"}, {"start_line", 1}, {"end_line", 1}, {"annotation_level", "bad"}, {"message", "m"}};
  must(422, "POST", "check-runs",
       with_output({{"title", "t"}, {"summary", "s"}, {"annotations", {annotation}}}));
  annotation["annotation_level"] = "notice";
  const Json many(51, annotation);
  must(422, "POST", "check-runs", with_output({{"title", "t"}, {"summary", "s"}, {"annotations", many}}));
}

TEST_F(ChecksTest, RunsAndSuites) {
  as_app({{"checks", "write"}});
  const Json run = must(201, "POST", "check-runs",
                        {{"name", "unit"},
                         {"head_sha", kTopic},
                         {"status", "in_progress"},
                         {"output", {{"title", "t"}, {"summary", "s"}}}});
  EXPECT_EQ(run["status"], "in_progress");
  EXPECT_EQ(get("commits/topic/check-runs")["total_count"], 1);
  EXPECT_EQ(get("commits/topic/check-suites")["check_suites"][0]["status"], "in_progress");
  const std::string path = "check-runs/" + run["id"].dump();
  must(422, "PATCH", path, {{"status", "completed"}});
  for (const char* none : {"great", "stale"}) must(422, "PATCH", path, {{"conclusion", none}});
  const Json annotation{{"path", "a.txt"},
                        {"start_line", 1},
                        {"end_line", 1},
                        {"annotation_level", "warning"},
                        {"message", "m"}};
  EXPECT_EQ(must(200, "PATCH", path,
                 {{"conclusion", "failure"},
                  {"output", {{"summary", "bad"}, {"annotations", {annotation}}}}})["status"],
            "completed");
  EXPECT_EQ(get(path + "/annotations")[0]["message"], "m");
  EXPECT_EQ(get("commits/topic/check-suites")["check_suites"][0]["conclusion"], "failure");
  must(201, "POST", "check-runs", {{"name", "unit"}, {"head_sha", kTopic}, {"conclusion", "success"}});
  EXPECT_EQ(get("commits/topic/check-runs")["check_runs"][0]["conclusion"], "success") << "the latest";
  EXPECT_EQ(get("commits/topic/check-runs?filter=all")["total_count"], 2);
  EXPECT_EQ(get("commits/topic/check-runs?check_name=other")["total_count"], 0);
  must(422, "POST", "check-runs", {{"name", "unit"}, {"head_sha", std::string(40, '9')}});
  must(201, "POST", path + "/rerequest");
}

TEST_F(ChecksTest, Releases) {
  const Json made =
      must(201, "POST", "releases", {{"tag_name", "v1"}, {"name", "One"}, {"target_commitish", "topic"}});
  EXPECT_EQ(get("git/ref/tags/v1")["object"]["sha"], kTopic) << "the tag is made";
  must(422, "POST", "releases", {{"tag_name", "v1"}});
  const Json draft = must(201, "POST", "releases", {{"tag_name", "v2"}, {"draft", true}});
  must(404, "GET", "git/ref/tags/v2");
  must(404, "GET", "releases/tags/v2");
  EXPECT_EQ(get("releases/latest")["tag_name"], "v1");
  EXPECT_EQ(
      must(200, "PATCH", "releases/" + draft["id"].dump(), {{"draft", false}, {"prerelease", true}})["draft"],
      false);
  EXPECT_EQ(get("releases/tags/v2")["prerelease"], true);
  EXPECT_EQ(get("releases/latest")["tag_name"], "v1");
  EXPECT_THAT(made["upload_url"].get<std::string>(),
              StartsWith("http://test/api/uploads/repos/octo/hello/releases/"));
  const std::string bytes("\x00\xff{", 3),
      target = "/api/uploads/repos/octo/hello/releases/" + made["id"].dump() + "/assets?name=a.bin";
  const auto uploaded = ask("POST", target, bytes, {"Content-Type: application/x-thing"});
  ASSERT_EQ(uploaded.status, 201) << uploaded.body;
  const std::string asset = "/repos/octo/hello/releases/assets/" + uploaded.json()["id"].dump();
  const auto data = ask("GET", asset, "", {"Accept: application/octet-stream"});
  EXPECT_EQ(data.body, bytes);
  EXPECT_EQ(data.headers.at("content-type"), "application/x-thing");
  EXPECT_EQ(get(asset)["download_count"], 1);
  EXPECT_EQ(ask("POST", target, "x").status, 422) << "the name is taken";
  EXPECT_THAT(column(get("releases"), "tag_name"), ElementsAre("v2", "v1"));
  must(204, "DELETE", "releases/" + made["id"].dump());
  must(404, "GET", asset);
}

/// A key, and tokens signed with it.
class AppsTest : public GitHubTest {
 protected:
  AppsTest() : key_(EVP_RSA_gen(2048)), other_(EVP_RSA_gen(2048)) {
    seed_json({{"apps",
                {{{"id", 7},
                  {"slug", "robot"},
                  {"public_key", public_pem()},
                  {"permissions", {{"checks", "write"}, {"issues", "read"}}},
                  {"installations", {{{"id", 70}, {"account", "octo"}}}}}}}});
    actor_ = "";
  }
  ~AppsTest() override {
    EVP_PKEY_free(key_);
    EVP_PKEY_free(other_);
  }
  std::string public_pem() {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, key_);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string pem(data, static_cast<size_t>(size));
    BIO_free(memory);
    return pem;
  }
  static std::string url64(const std::string& data) {
    std::string text = base64(data);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (text.ends_with('=')) text.pop_back();
    return text;
  }
  std::string jwt(const Json& claims, const std::string& alg = "RS256", EVP_PKEY* key = nullptr) {
    const std::string text = url64(Json{{"alg", alg}, {"typ", "JWT"}}.dump()) + "." + url64(claims.dump());
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::string signature(512, '\0');
    size_t size = signature.size();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key ? key : key_);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    return text + "." + url64(signature.substr(0, size));
  }
  Json claims(std::int64_t from = -30, std::int64_t to = 300, const Json& iss = 7) {
    return {{"iat", now() + from}, {"exp", now() + to}, {"iss", iss}};
  }
  support::Answer with(const std::string& token, const std::string& method, const std::string& path,
                       const std::string& body = "") {
    return ask(method, path, body, {"Authorization: Bearer " + token});
  }
  EVP_PKEY *key_, *other_;
};

TEST_F(AppsTest, ATokenIsChecked) {
  EXPECT_EQ(with(jwt(claims()), "GET", "/app").json()["slug"], "robot");
  EXPECT_EQ(with(jwt(claims(-30, 300, "7")), "GET", "/app").status, 200) << "an id as text";
  for (const auto& [why, token] : {std::pair{"another key", jwt(claims(), "RS256", other_)},
                                   {"no such app", jwt(claims(-30, 300, 8))},
                                   {"over", jwt(claims(-600, -1))},
                                   {"too long", jwt(claims(0, 700))},
                                   {"not yet", jwt(claims(120, 300))},
                                   {"another algorithm", jwt(claims(), "none")},
                                   {"no times", jwt({{"iss", 7}})}})
    EXPECT_EQ(with(token, "GET", "/app").status, 401) << why;
  EXPECT_EQ(with("login:alice", "GET", "/app").status, 401);
  EXPECT_EQ(with(jwt(claims()), "GET", "/repos/octo/hello").status, 403)
      << "that is for an installation's token";
  EXPECT_EQ(with(jwt(claims()) + "x", "GET", "/app").status, 401);
}

TEST_F(AppsTest, InstallationsGiveTokens) {
  const std::string app = jwt(claims());
  EXPECT_EQ(with(app, "GET", "/app/installations").json()[0]["id"], 70);
  EXPECT_EQ(with(app, "GET", "/repos/octo/hello/installation").json()["id"], 70);
  EXPECT_EQ(with(app, "GET", "/users/octo/installation").json()["app_id"], 7);
  EXPECT_EQ(with(app, "GET", "/orgs/none/installation").status, 404);
  const auto made = with(app, "POST", "/app/installations/70/access_tokens",
                         R"({"permissions": {"checks": "write"}, "repositories": ["hello"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string token = made.json()["token"];
  EXPECT_THAT(token, StartsWith("ghs_"));
  EXPECT_EQ(with(token, "GET", "/installation/repositories").json()["total_count"], 1);
  EXPECT_EQ(with(token, "POST", "/repos/octo/hello/issues", R"({"title": "x"})").status, 403)
      << "the token is for checks";
  const auto run = with(token, "POST", "/repos/octo/hello/check-runs",
                        Json{{"name", "unit"}, {"head_sha", kTopic}}.dump());
  EXPECT_EQ(run.json()["app"]["slug"], "robot");
  EXPECT_EQ(
      with(app, "POST", "/app/installations/70/access_tokens", R"({"permissions": {"issues": "write"}})")
          .status,
      422)
      << "the app may read them";
  seed_json({{"repositories", {{{"full_name", "other/repo"}}}}});
  EXPECT_EQ(with(token, "POST", "/repos/other/repo/issues", R"({"title": "x"})").status, 403);
  EXPECT_EQ(with(app, "POST", "/app/installations/70/access_tokens", R"({"repositories": ["none"]})").status,
            422);
  EXPECT_EQ(
      with(app, "POST", "/app/installations/70/access_tokens", R"({"permissions": {"contents": "write"}})")
          .status,
      422)
      << "the app has not got it";
  EXPECT_EQ(with(app, "POST", "/app/installations/70/access_tokens", R"({"permissions": {}})")
                .json()["permissions"]["checks"],
            "write");
  EXPECT_EQ(with(app, "POST", "/app/installations/71/access_tokens").status, 404);
  EXPECT_EQ(with(token, "DELETE", "/installation/token").status, 204);
  EXPECT_EQ(with(token, "GET", "/installation/repositories").status, 401);
  EXPECT_EQ(with(app, "PUT", "/app/installations/70/suspended").status, 204);
  EXPECT_EQ(with(app, "POST", "/app/installations/70/access_tokens").status, 403);
}

class LenientTest : public GitHubTest {
 protected:
  LenientTest() {
    seed_json({{"lenient", true}});
    actor_ = "";
  }
};

TEST_F(LenientTest, NobodyNeedsATokenAndWhatIsNamedExists) {
  must(201, "POST", "/repos/fake-org/fake-repo/statuses/some-random-name",
       {{"state", "success"}, {"context", "c"}});
  EXPECT_EQ(get("/repos/fake-org/fake-repo/commits/some-random-name/status")["state"], "success");
  EXPECT_EQ(get("/repos/fake-org/fake-repo/commits/another/status?per_page=100")["total_count"], 0);
  const Json issue =
      must(201, "POST", "/repos/fake-org/other/issues",
           {{"title", "x"}, {"body", ""}, {"assignees", Json::array()}, {"labels", Json::array()}});
  must(201, "POST", "/repos/fake-org/other/issues/" + issue["number"].dump() + "/comments", {{"body", "b"}});
  EXPECT_EQ(get("/repos/fake-org/fake-repo/issues/0/comments").size(), 0u);
  must(201, "POST", "/repos/fake-org/fake-repo/issues/12/comments", {{"body", "b"}});
  must(200, "POST", "/repos/fake-org/fake-repo/issues/13/labels", {{"labels", {"area/kubectl"}}});
  must(201, "POST", "/repos/fake-org/fake-repo/labels",
       {{"name", "new"}, {"description", ""}, {"color", ""}});
  EXPECT_EQ(get("/user")["login"], "ci-robot");
  must(404, "GET", "/repos/fake-org/a%20b/issues");
  must(501, "GET", "/repos/fake-org/fake-repo/actions/runs");
}

TEST_F(LenientTest, UntilItIsSaidAgain) {
  seed_json({{"lenient", false}});
  must(404, "GET", "/repos/fake-org/new/labels");
  must(401, "POST", "issues", {{"title", "x"}});
}

}  // namespace
}  // namespace fakes::github
