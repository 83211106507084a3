#include <gmock/gmock.h>

#include <thread>

#include "ci/world.h"
#include "crier/queue.h"
#include "crier/reporter.h"
#include "deck/jobs.h"
#include "deck/page.h"
#include "http/message.h"
#include "sinker/sweep.h"

namespace ci {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json job(const std::string& name, const std::string& condition = "",
         const std::string& ended = "2020-01-02T03:04:05Z") {
  auto made = make_job(
      {.name = "unit",
       .context = "ci/unit",
       .tenant = "",
       .image = "i",
       .command = {"make"},
       .timeout_seconds = 5},
      {.org = "o", .repo = "r", .clone_url = "u", .base_ref = "main", .base_sha = "b", .pulls = {{7, "sha"}}},
      name, "c");
  made["metadata"]["name"] = name;
  made["metadata"]["uid"] = "uid-" + name;
  made["status"] = json::object();
  if (!condition.empty())
    made["status"]["conditions"] = {{{"type", condition}, {"status", "True"}, {"lastTransitionTime", ended}}};
  return made;
}

json pod(const std::string& name, const std::string& of, int exit_code) {
  return {{"metadata",
           {{"name", name},
            {"labels", {{"job-name", of}, {label::kManaged, "true"}}},
            {"ownerReferences", {{{"kind", "Job"}, {"uid", "uid-" + of}}}}}},
          {"status",
           {{"containerStatuses",
             {{{"name", "test"}, {"state", {{"terminated", {{"exitCode", exit_code}}}}}}}}}}};
}

class ReporterTest : public testing::Test {
 protected:
  void report(const std::string& name) {
    GitHubFlags github_flags;
    github_flags.endpoint = world_.url();
    GerritFlags gerrit_flags;
    gerrit_flags.endpoint = world_.url() + "/gerrit";
    const GitHub github(github_flags);
    const auto kube = world_.kube();
    Reporter({.kube = kube, .github = github, .gerrit = Gerrit(gerrit_flags), .deck_url = "http://deck"})
        .report(name);
  }
  json gerrit_job(const std::string& name, const std::string& condition = "") {
    auto made = job(name, condition);
    made["metadata"]["annotations"][annotation::kChange] = "p~main~I1";
    made["metadata"]["annotations"][annotation::kRevision] = "sha";
    return made;
  }
  World world_;
};

TEST_F(ReporterTest, EachStateOnce) {
  world_.put("jobs", job("a"));
  for (int i = 0; i < 2; ++i) report("a");
  EXPECT_THAT(
      world_.calls(),
      ElementsAre(
          R"(POST /repos/o/r/statuses/sha {"context":"ci/unit","description":"The job runs.","state":"pending","target_url":"http://deck/job/a"})"));
  EXPECT_EQ(annotation_of(world_.objects("jobs")[0], annotation::kReported), "pending");
  world_.put("jobs", job("a", "Failed"));
  world_.put("pods", pod("a-1", "a", 1));
  for (int i = 0; i < 2; ++i) report("a");
  ASSERT_EQ(world_.calls().size(), 2u);
  EXPECT_THAT(world_.calls()[1], HasSubstr("\"state\":\"failure\""));
}

TEST_F(ReporterTest, WhatWasRefusedIsNotNoted) {
  world_.put("jobs", job("a", "Complete"));
  world_.answer("POST /repos", 503, {{"message", "later"}});
  EXPECT_THROW(report("a"), Refused);
  EXPECT_EQ(annotation_of(world_.objects("jobs")[0], annotation::kReported), "");
  world_.answer("POST /repos", 201, json::object());
  report("a");
  EXPECT_EQ(annotation_of(world_.objects("jobs")[0], annotation::kReported), "success");
}

TEST_F(ReporterTest, AJobThatIsGone) { EXPECT_NO_THROW(report("gone")); }

TEST_F(ReporterTest, GerritGetsItsVoteWhenTheLastJobHasEnded) {
  world_.put("jobs", gerrit_job("a", "Complete"));
  world_.put("jobs", gerrit_job("b"));
  report("a");
  EXPECT_THAT(world_.calls().back(),
              testing::AllOf(HasSubstr("POST /gerrit/a/changes/p~main~I1/revisions/sha/review"),
                             HasSubstr("unit: success"), testing::Not(HasSubstr("Verified"))));
  auto b = gerrit_job("b", "Complete");
  world_.put("jobs", b);
  report("b");
  EXPECT_THAT(world_.calls().back(), HasSubstr("\"Verified\":1"));
}

TEST_F(ReporterTest, GerritHearsOfAFailureAtOnce) {
  world_.put("jobs", gerrit_job("a", "Failed"));
  world_.put("jobs", gerrit_job("b"));
  report("a");
  EXPECT_THAT(world_.calls().back(), HasSubstr("\"Verified\":-1"));
}

TEST(QueueTest, OneWorkerAName) {
  RetryQueue queue;
  queue.add("a");
  queue.add("a");
  EXPECT_EQ(queue.take({}), "a");
  queue.add("a");  // changed while it is worked on
  EXPECT_EQ(queue.size(), 1u);
  queue.done("a");
  EXPECT_EQ(queue.take({}), "a");
  queue.done("a");
  EXPECT_EQ(queue.size(), 0u);
}

TEST(QueueTest, AFailureComesBackLater) {
  RetryQueue queue;
  queue.add("a");
  queue.take({});
  const auto begin = std::chrono::steady_clock::now();
  queue.failed("a");
  queue.add("b");
  EXPECT_EQ(queue.take({}), "b") << "nobody waits for it";
  EXPECT_EQ(queue.take({}), "a");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 500ms);
}

TEST(QueueTest, AStopEndsTheWait) {
  RetryQueue queue;
  std::jthread waiting([&](std::stop_token stop) { EXPECT_EQ(queue.take(stop), std::nullopt); });
  waiting.request_stop();
}

TEST(QueueTest, ManyWorkersLoseNothing) {
  RetryQueue queue;
  std::mutex mutex;
  std::map<std::string, int> attempts;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 8; ++i)
    workers.emplace_back([&](std::stop_token stop) {
      while (const auto name = queue.take(stop)) {
        std::unique_lock lock(mutex);
        const bool fails = ++attempts[*name] == 1 && name->ends_with('7');
        lock.unlock();
        fails ? queue.failed(*name) : queue.done(*name);
      }
    });
  for (int i = 0; i < 1000; ++i) queue.add(std::to_string(i));
  while (queue.size() > 0) std::this_thread::sleep_for(5ms);
  workers.clear();
  ASSERT_EQ(attempts.size(), 1000u);
  for (const auto& [name, count] : attempts) EXPECT_EQ(count, name.ends_with('7') ? 2 : 1) << name;
}

TEST(SweepTest, OldAndReportedJobsGo) {
  World world;
  const auto reported = [](json made, const std::string& state) {
    made["metadata"]["annotations"][annotation::kReported] = state;
    return made;
  };
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto ago = [&](int seconds) {
    char text[32];
    const time_t then = now - seconds;
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&then));
    return std::string(text);
  };
  world.put("jobs", reported(job("old", "Complete", ago(100)), "success"));
  world.put("jobs", reported(job("young", "Complete", ago(10)), "success"));
  world.put("jobs", reported(job("untold", "Failed", ago(100)), "pending"));
  world.put("jobs", job("forgotten", "Failed", ago(1000)));
  world.put("jobs", job("running"));
  world.put("pods", pod("pod-young", "young", 0));
  world.put("pods", pod("orphan", "gone", 0));
  const auto swept = sweep(world.kube(), 50s);
  EXPECT_EQ(swept.jobs, 2);
  EXPECT_EQ(swept.pods, 1);
  std::vector<std::string> left;
  for (const auto& one : world.objects("jobs")) left.push_back(name_of(one));
  EXPECT_THAT(left, ElementsAre("running", "untold", "young"));
  ASSERT_EQ(world.objects("pods").size(), 1u);
  EXPECT_EQ(name_of(world.objects("pods")[0]), "pod-young");
}

TEST(DeckTest, FiltersAndTenants) {
  World world;
  auto tenants = job("tenants", "Complete");
  tenants["metadata"]["labels"][label::kTenant] = "t";
  world.put("jobs", tenants);
  world.put("jobs", job("plain"));
  const auto kube = world.kube();
  const Jobs all(kube, ""), one(kube, "t");
  EXPECT_EQ(all.list({}).size(), 2u);
  EXPECT_EQ(all.list({{"state", "success"}}).size(), 1u);
  EXPECT_EQ(all.list({{"repo", "other"}}).size(), 0u);
  ASSERT_EQ(one.list({}).size(), 1u);
  EXPECT_EQ(one.list({})[0]["name"], "tenants");
  EXPECT_EQ(one.show("tenants"), one.list({})[0]);
  EXPECT_THROW(one.show("plain"), fakes::http::HttpError);
  EXPECT_THROW(one.log("plain"), fakes::http::HttpError);
  EXPECT_THROW(one.rerun("plain"), fakes::http::HttpError);
  EXPECT_EQ(one.rerun("tenants").substr(0, 8), "ci-unit-");
  EXPECT_EQ(world.objects("jobs").size(), 3u);
}

TEST(DeckTest, TheLogIsThatOfWhatTellsMore) {
  World world;
  world.put("jobs", job("a", "Failed"));
  auto broken = pod("a-1", "a", 1);
  broken["status"] = {
      {"initContainerStatuses", {{{"name", "clonerefs"}, {"state", {{"terminated", {{"exitCode", 1}}}}}}}}};
  world.put("pods", broken);
  const auto kube = world.kube();
  EXPECT_EQ(Jobs(kube, "").log("a"), "a-1 container=clonerefs");
  world.put("pods", pod("a-1", "a", 1));
  EXPECT_EQ(Jobs(kube, "").log("a"), "a-1 container=test");
}

TEST(PageTest, NothingOfAJobIsTakenForHtml) {
  json shown = {{"state", "failure"}, {"job", "<b>"}, {"org", "\"o\""}, {"repo", "r"},
                {"pull", "7"},        {"sha", "s"},   {"name", "n"},    {"started", ""}};
  for (const auto& page : {jobs_page({shown}, "<t>"), job_page(shown, "</pre><script>alert(1)</script>")}) {
    EXPECT_THAT(page, testing::Not(HasSubstr("<script>")));
    EXPECT_THAT(page, testing::Not(HasSubstr("<b>")));
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;"));
  }
}

}  // namespace
}  // namespace ci
