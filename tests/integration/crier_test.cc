#include <gmock/gmock.h>

#include "ci_repository.h"
#include "framework/fakegerritserver.h"
#include "framework/jobs.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::CiJob;
using test::CiRepository;
using test::gerrit;
using test::gerrit_json;
using test::must_github;
using testing::HasSubstr;

void expect_reported(CiJob::Spec spec, const std::string& state) {
  const CiRepository repository;
  spec.repo = repository.full_name;
  spec.sha = repository.head;
  const CiJob job(test::unique_name(), spec);
  repository.wait_for_state(repository.head, "ci/test", state);
}

TEST(TestReportGHStatus, Pending) { expect_reported({.command = {"sleep", "600"}}, "pending"); }
TEST(TestReportGHStatus, Success) { expect_reported({.command = {"true"}}, "success"); }
TEST(TestReportGHStatus, Failure) { expect_reported({.command = {"false"}}, "failure"); }
TEST(TestReportGHStatus, Error) { expect_reported({.clone_command = {"false"}}, "error"); }

TEST(TestReportGHStatus, AnEndpointThatIsDownLosesNothing) {
  const CiRepository repository;
  const auto path = "/repos/" + repository.full_name + "/statuses";
  must_github("POST", "/admin/faults",
              {{{"path", path}, {"method", "POST"}, {"status", 503}, {"count", 2}},
               {{"path", path}, {"method", "POST"}, {"drop", true}}});
  const CiJob job(test::unique_name(), {.repo = repository.full_name, .sha = repository.head});
  repository.wait_for_state(repository.head, "ci/test", "success");
  const auto attempts = must_github("GET", "/admin/requests?method=POST&path=" + path);
  EXPECT_GE(attempts.size(), 4u) << attempts.dump(2);
}

/// A change of this test's own on the fake Gerrit, in a project with the label that crier sets.
struct Change {
  std::string project = test::unique_name(), id, revision;

  Change() {
    gerrit_json(gerrit("PUT", "/projects/" + project, {{"create_empty_commit", true}}), 201);
    gerrit_json(gerrit("PUT", "/projects/" + project + "/labels/Verified",
                       {{"values", {{"-1", "Fails"}, {" 0", "No score"}, {"+1", "Works"}}}}),
                201);
    const auto change = gerrit_json(
        gerrit("POST", "/changes/", {{"project", project}, {"branch", "master"}, {"subject", "a change"}}),
        201);
    id = change.at("id");
    revision = gerrit_json(gerrit("GET", "/changes/" + id + "/?o=CURRENT_REVISION")).at("current_revision");
  }
  json detail() const { return gerrit_json(gerrit("GET", "/changes/" + id + "/detail")); }
  CiJob::Spec job(const std::vector<std::string>& command) const {
    return {.repo = "gerrit/" + project,
            .sha = revision,
            .command = command,
            .annotations = {{"ci.harness/gerrit-change", id}, {"ci.harness/gerrit-revision", revision}}};
  }
  void wait_for_vote(int wanted) const {
    test::eventually(90s, [&](std::string& seen) {
      const auto change = detail();
      seen = change.at("labels").dump();
      for (const auto& vote : change.at("labels").at("Verified").value("all", json::array()))
        if (vote.value("value", 0) == wanted) return true;
      return false;
    });
  }
};

TEST(TestGerrit, AJobThatSucceedsIsVerified) {
  const Change change;
  const CiJob job(test::unique_name(), change.job({"true"}));
  change.wait_for_vote(1);
  EXPECT_THAT(change.detail().at("messages").dump(), HasSubstr(job.name() + ": success"));
}

TEST(TestGerrit, OneThatFailsIsNot) {
  const Change change;
  const CiJob fails(test::unique_name("fails"), change.job({"false"})),
      runs(test::unique_name("runs"), change.job({"sleep", "600"}));
  change.wait_for_vote(-1);
}

}  // namespace
