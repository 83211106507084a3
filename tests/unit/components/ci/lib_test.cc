#include <gmock/gmock.h>

#include "ci/world.h"
#include "hook/commands.h"
#include "hook/config.h"
#include "lib/base64.h"
#include "lib/hash.h"
#include "lib/job.h"

namespace ci {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(HashTest, KnownVectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, 4.3
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_EQ(base64("ci-robot:x"), "Y2ktcm9ib3Q6eA==");
}

TEST(EndpointTest, EncodesWhatAPathCannotHold) {
  EXPECT_EQ(url_encoded("kind/bug a~b%"), "kind%2Fbug%20a~b%25");
}

TEST(EndpointTest, SaysWhoCannotBeReached) {
  EXPECT_THROW(Endpoint({.url = "localhost", .authorization = "", .ca_file = ""}), std::invalid_argument);
  const Endpoint nobody({.url = "http://127.0.0.1:1", .authorization = "", .ca_file = ""});
  EXPECT_THROW(nobody.json("GET", "/x"), Unreachable);
}

TEST(EndpointTest, ARefusalHasStatusAndBody) {
  World world;
  world.answer("GET /prefix/x", 422, {{"message", "Validation Failed"}});
  const Endpoint endpoint({.url = world.url() + "/prefix/", .authorization = "", .ca_file = ""});
  try {
    endpoint.json("GET", "/x");
    FAIL() << "it was refused";
  } catch (const Refused& e) {
    EXPECT_EQ(e.status, 422);
    EXPECT_THAT(e.what(), HasSubstr("Validation Failed"));
  }
}

TEST(CommandsTest, AreLinesOfTheirOwn) {
  EXPECT_THAT(
      parse_comment(
          "hello\r\n/label bug\r\n  /kind cleanup flake\n/test unit\nplease /test this\n/tests x\n/label\n"),
      ElementsAre(CommentCommand{"label", "bug"}, CommentCommand{"kind", "cleanup"},
                  CommentCommand{"kind", "flake"}, CommentCommand{"test", "unit"}));
  EXPECT_THAT(parse_comment(""), IsEmpty());
}

TEST(ConfigTest, ReadsJobs) {
  const auto config = parse_config(
      "presubmits:\n- {name: unit, repo: 'org/*', command: [make, test]}\npostsubmits:\n- {name: p, repo: "
      "org/r, branch: 'release-*', command: [x], image: i, context: c, tenant: t, timeout_seconds: 5}\n",
      "default");
  ASSERT_EQ(config.presubmits.size(), 1u);
  EXPECT_EQ(config.presubmits[0].work.image, "default");
  EXPECT_EQ(config.presubmits[0].work.context, "unit");
  EXPECT_TRUE(config.presubmits[0].always_run);
  ASSERT_EQ(config.postsubmits.size(), 1u);
  EXPECT_EQ(config.postsubmits[0].work.timeout_seconds, 5);
  EXPECT_EQ(Config::for_repo(config.presubmits, "org/r", "x").size(), 1u);
  EXPECT_EQ(Config::for_repo(config.presubmits, "org/r/x", "x").size(), 0u);
  EXPECT_EQ(Config::for_repo(config.presubmits, "other/r", "x").size(), 0u);
  EXPECT_EQ(Config::for_repo(config.postsubmits, "org/r", "release-1").size(), 1u);
  EXPECT_EQ(Config::for_repo(config.postsubmits, "org/r", "master").size(), 0u);
}

TEST(ConfigTest, SaysWhereItIsWrong) {
  const auto problem = [](const std::string& text) -> std::string {
    try {
      parse_config(text, "i");
      return "";
    } catch (const std::runtime_error& e) {
      return e.what();
    }
  };
  EXPECT_EQ(problem(""), "");
  EXPECT_THAT(problem("presubmit: []\n"), HasSubstr("line 1: unknown key \"presubmit\""));
  EXPECT_THAT(problem("presubmits:\n- {name: a}\n"), HasSubstr("line 2: a job needs name, repo and command"));
  EXPECT_THAT(problem("presubmits:\n- {name: a, repo: o/r, comand: [x]}\n"),
              HasSubstr("line 2: unknown key \"comand\""));
  EXPECT_THAT(problem("presubmits:\n- {name: a, repo: o/r, command: [x], timeout_seconds: soon}\n"),
              HasSubstr("line 2: "));
  EXPECT_THAT(problem("a: [\n"), HasSubstr("line 2: "));
}

const Work kWork{.name = "Unit Test",
                 .context = "ci/unit",
                 .tenant = "team a",
                 .image = "i",
                 .command = {"make"},
                 .timeout_seconds = 5};
const Refs kRefs{.org = "o",
                 .repo = "r",
                 .clone_url = "http://git/o/r",
                 .base_ref = "main",
                 .base_sha = "b",
                 .pulls = {{7, "p"}}};

TEST(JobTest, HasWhatClonesAndWhatRuns) {
  const auto job = make_job(kWork, kRefs, "key", "clonerefs-image");
  EXPECT_THAT(name_of(job), testing::MatchesRegex("ci-unit-test-[0-9a-f]+"));
  EXPECT_EQ(name_of(job), name_of(make_job(kWork, kRefs, "key", "x")));
  EXPECT_NE(name_of(job), name_of(make_job(kWork, kRefs, "other", "x")));
  EXPECT_EQ(label_of(job, label::kTenant), "team_a");
  EXPECT_EQ(label_of(job, label::kSha), "p");
  EXPECT_EQ(label_of(job, label::kPull), "7");
  const auto& spec = job["spec"]["template"]["spec"];
  EXPECT_EQ(spec["initContainers"][0]["image"], "clonerefs-image");
  EXPECT_EQ(spec["initContainers"][0]["args"], json({"-repo=http://git/o/r", "-base-ref=main",
                                                     "-dir=/workspace/r", "-base-sha=b", "-pull=7:p"}));
  EXPECT_EQ(spec["containers"][0]["command"], json({"make"}));
  EXPECT_EQ(spec["containers"][0]["workingDir"], "/workspace/r");
  EXPECT_EQ(job["spec"]["activeDeadlineSeconds"], 5);
}

TEST(JobTest, ACopyHasNothingOfTheCluster) {
  auto job = make_job(kWork, kRefs, "key", "c");
  job["metadata"]["uid"] = "u";
  job["metadata"]["labels"]["controller-uid"] = "u";
  job["metadata"]["annotations"][annotation::kReported] = "success";
  job["spec"]["selector"] = {{"matchLabels", {{"controller-uid", "u"}}}};
  job["spec"]["template"]["metadata"]["labels"]["job-name"] = name_of(job);
  job["status"] = {{"succeeded", 1}};
  const auto copy = copy_of(job, "again");
  EXPECT_THAT(copy.dump(), testing::Not(HasSubstr("controller-uid")));
  EXPECT_THAT(copy.dump(), testing::Not(HasSubstr("job-name")));
  EXPECT_FALSE(copy.contains("status"));
  EXPECT_EQ(annotation_of(copy, annotation::kReported), "");
  EXPECT_EQ(annotation_of(copy, annotation::kContext), "ci/unit");
  EXPECT_EQ(label_of(copy, label::kSha), "p");
  EXPECT_NE(name_of(copy), name_of(job));
  EXPECT_EQ(copy["spec"]["template"]["spec"], job["spec"]["template"]["spec"]);
}

json ended(const std::string& type, const std::string& reason = "") {
  return {{"metadata", {{"name", "x"}}},
          {"status", {{"conditions", {{{"type", type}, {"status", "True"}, {"reason", reason}}}}}}};
}
json pod(int clone, std::optional<int> command) {
  json status = {{"initContainerStatuses",
                  {{{"name", "clonerefs"}, {"state", {{"terminated", {{"exitCode", clone}}}}}}}}};
  if (command)
    status["containerStatuses"] = {{{"name", "test"}, {"state", {{"terminated", {{"exitCode", *command}}}}}}};
  return {{"status", status}};
}

TEST(StateTest, AllFour) {
  EXPECT_EQ(state_of({{"metadata", {{"name", "x"}}}}, {}), State::pending);
  EXPECT_EQ(state_of({{"status", {{"active", 1}}}}, {}), State::pending);
  EXPECT_EQ(state_of(ended("Complete"), {}), State::success);
  EXPECT_EQ(state_of(ended("Failed"), {pod(0, 1)}), State::failure);
  EXPECT_EQ(state_of(ended("Failed"), {pod(1, {})}), State::error) << "it could not be cloned";
  EXPECT_EQ(state_of(ended("Failed", "DeadlineExceeded"), {pod(0, 1)}), State::error);
  EXPECT_EQ(state_of(ended("Failed"), {}), State::error) << "no pod ever ran";
  EXPECT_EQ(state_of(ended("FailureTarget"), {}), State::pending) << "its pods still end";
}

}  // namespace
}  // namespace ci
