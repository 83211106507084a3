#include <gmock/gmock.h>

#include "framework/cleanup.h"
#include "framework/deck.h"
#include "framework/environment.h"
#include "framework/eventually.h"
#include "framework/jobs.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::CiJob;
using test::deck;
using test::deck_jobs;
using test::unique_name;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

json shown(const std::string& deck, const std::string& job) { return deck_jobs("job=" + job, deck); }

void wait_for_state(const std::string& deck, const std::string& job, const std::string& state) {
  test::eventually(90s, [&](std::string& seen) {
    const auto jobs = shown(deck, job);
    seen = jobs.dump();
    return jobs.size() == 1 && jobs[0].at("state") == state;
  });
}

CiJob::Spec prints(const std::string& text) {
  return {.repo = "deck/deck", .sha = "0", .command = {"echo", text}};
}

TEST(TestDeck, ShowsAJobAndItsOutput) {
  const CiJob job(unique_name(), prints("<hello from the job>"));
  wait_for_state("deck", job.name(), "success");
  EXPECT_EQ(deck("/log?job=" + job.name()).body, "<hello from the job>\n");
  EXPECT_THAT(deck("/?job=" + job.name()).body, HasSubstr("job/" + job.name()));
  const auto page = deck("/job/" + job.name());
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("&lt;hello from the job&gt;"));
}

TEST(TestDeck, Filters) {
  const CiJob job(unique_name(), prints("x"));
  wait_for_state("deck", job.name(), "success");
  const auto query = "job=" + job.name();
  EXPECT_EQ(deck_jobs(query + "&state=success&org=deck&repo=deck").size(), 1u);
  EXPECT_THAT(deck_jobs(query + "&state=failure"), IsEmpty());
  EXPECT_THAT(deck_jobs(query + "&org=other"), IsEmpty());
  EXPECT_EQ(deck("/jobs.json?" + query + "&stat=failure").status, 400);
}

TEST(TestDeck, AJobThatIsNotThere) {
  for (const char* path : {"/job/none", "/log?job=none"}) EXPECT_EQ(deck(path).status, 404) << path;
  EXPECT_EQ(deck("/log").status, 400);
}

TEST(TestDeckTenantIDs, ShowsItsTenantAlone) {
  auto ours = prints("ours");
  ours.labels = {{"ci.harness/tenant", "tenant-a"}};
  auto theirs = prints("theirs");
  theirs.labels = {{"ci.harness/tenant", "tenant-b"}};
  const CiJob a(unique_name("a"), ours), b(unique_name("b"), theirs),
      none(unique_name("none"), prints("nobody's"));
  wait_for_state("deck-tenanted", a.name(), "success");
  for (const auto* job : {&b, &none}) {
    EXPECT_THAT(shown("deck-tenanted", job->name()), IsEmpty());
    EXPECT_EQ(deck("/log?job=" + job->name(), "GET", "deck-tenanted").status, 404);
    EXPECT_EQ(deck("/rerun?job=" + job->name(), "POST", "deck-tenanted").status, 404);
    EXPECT_EQ(shown("deck", job->name()).size(), 1u);
  }
}

TEST(TestRerun, TheSameJobRunsAgain) {
  const CiJob job(unique_name(), prints("again"));
  wait_for_state("deck", job.name(), "success");
  const auto answer = deck("/rerun?job=" + job.name(), "POST");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const std::string again = json::parse(answer.body).at("name");
  test::defer_cleanup(
      [other = test::Ref{
           .api_version = "batch/v1", .kind = "Job", .name_space = job.ref().name_space, .name = again}] {
        test::cluster().remove(other);
      });
  EXPECT_NE(again, job.name());
  test::eventually(90s, [&](std::string& seen) {
    seen = deck("/log?job=" + again).body;
    return seen == "again\n";
  });
  EXPECT_EQ(shown("deck", job.name()).size(), 2u);
}

}  // namespace
