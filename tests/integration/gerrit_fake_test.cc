#include <fmt/format.h>
#include <gmock/gmock.h>

#include <future>

#include "framework/environment.h"
#include "framework/fakegerritserver.h"

namespace {

using nlohmann::json;
using test::gerrit;
using test::gerrit_json;
using test::http;
using testing::HasSubstr;

/// A project of this test's own, with Code-Review and Verified, and a commit in master.
class TestFakeGerrit : public testing::Test {
 protected:
  TestFakeGerrit() {
    const json labels{
        {"Code-Review",
         {{"values",
           {{"-2", "No"}, {"-1", "Rather not"}, {" 0", "No score"}, {"+1", "Fine"}, {"+2", "Yes"}}}}},
        {"Verified", {{"values", {{"-1", "Fails"}, {" 0", "No score"}, {"+1", "Works"}}}}}};
    test::seed_gerrit(
        {{"projects",
          {{{"name", project_}, {"branches", {{"master", std::string(40, 'a')}}}, {"labels", labels}}}}});
  }
  json create(const std::string& subject) {
    return gerrit_json(
        gerrit("POST", "/changes/", {{"project", project_}, {"branch", "master"}, {"subject", subject}}),
        201);
  }
  std::string path(const json& change) const { return "/changes/" + change["id"].get<std::string>(); }
  json query(const std::string& more) {
    return gerrit_json(gerrit("GET", "/changes/?q=project:" + project_ + more));
  }

  const std::string project_ = test::unique_name();
};

TEST_F(TestFakeGerrit, AChangeIsReviewedAndSubmitted) {
  const auto change = create("Add a file");
  EXPECT_EQ(change["status"], "NEW");
  const auto refused = gerrit("POST", path(change) + "/submit", json::object());
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.header("content-type"), HasSubstr("text/plain"));
  const auto review = gerrit_json(
      gerrit("POST", path(change) + "/revisions/current/review",
             {{"message", "good"}, {"labels", {{"Code-Review", 2}, {"Verified", 1}}}}, "reviewer"));
  EXPECT_EQ(review["labels"]["Verified"], 1);
  EXPECT_EQ(query("+is:submittable").size(), 1u);
  EXPECT_EQ(gerrit_json(gerrit("POST", path(change) + "/submit", json::object()))["status"], "MERGED");
  EXPECT_EQ(query("+status:open").size(), 0u);
  const auto merged = query("+status:merged&o=CURRENT_REVISION");
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(gerrit_json(gerrit("GET", "/projects/" + project_ + "/branches/master"))["revision"],
            merged[0]["current_revision"]);
}

TEST_F(TestFakeGerrit, ASeededPatchSetIsTheCurrentOne) {
  const std::string first(40, '1'), second(40, '2');
  json change{{"project", project_},
              {"branch", "master"},
              {"owner", "tester"},
              {"subject", "Seeded"},
              {"change_id", "I0123456789abcdef0123456789abcdef01234567"},
              {"revisions", {{{"revision", first}, {"files", {"a.txt"}}}}}};
  test::seed_gerrit({{"changes", {change}}});
  change["revisions"].push_back({{"revision", second}, {"files", {"b.txt"}}});
  test::seed_gerrit({{"changes", {change}}});
  const auto found = query("&o=ALL_REVISIONS&o=CURRENT_FILES&o=MESSAGES");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["current_revision"], second);
  EXPECT_EQ(found[0]["revisions"].size(), 2u);
  EXPECT_TRUE(found[0]["revisions"][second]["files"].contains("b.txt"));
  EXPECT_EQ(found[0]["messages"].back()["message"], "Uploaded patch set 2.");
}

TEST_F(TestFakeGerrit, PatchSetsAreFetchedFromTheGitServer) {
  const auto change = create("Somewhere");
  const auto revisions = query("&o=CURRENT_REVISION")[0]["revisions"];
  const auto fetch = revisions.begin().value()["fetch"]["http"];
  const int number = change["_number"];
  EXPECT_EQ(fetch["ref"], fmt::format("refs/changes/{:02}/{}/1", number % 100, number));
  EXPECT_THAT(fetch["url"].get<std::string>(), testing::EndsWith("/" + project_));
}

TEST_F(TestFakeGerrit, WhoIsNobodyReadsOnly) {
  const auto change = create("Readable");
  EXPECT_EQ(gerrit("GET", path(change), nullptr, "").status, 200);
  EXPECT_EQ(gerrit("POST", path(change) + "/abandon", json::object(), "").status, 403);
  const auto nobody = http({.url = test::fakegerritserver_url() + "/a/accounts/self"});
  EXPECT_EQ(nobody.status, 401);
  EXPECT_THAT(nobody.header("www-authenticate"), HasSubstr("Basic"));
  EXPECT_EQ(gerrit_json(gerrit("GET", "/accounts/self", nullptr, project_))["username"], project_);
}

TEST_F(TestFakeGerrit, ErrorsAreText) {
  const auto missing = gerrit("GET", "/changes/" + project_ + "~1");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "Not found: " + project_ + "~1\n");
  EXPECT_EQ(gerrit("GET", "/changes/?q=foo:bar").body, "Unsupported operator foo:bar\n");
  EXPECT_EQ(gerrit("PUT", "/projects/" + project_, json::object()).status, 409);
  EXPECT_EQ(gerrit("GET", "/nothing").status, 404);
}

TEST_F(TestFakeGerrit, ABadSeedChangesNothing) {
  const auto answer =
      http({.method = "POST",
            .url = test::fakegerritserver_url() + "/admin/seed",
            .body = json{{"projects", {{{"name", project_ + "-b"}}, {{"nmae", "x"}}}}}.dump()});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("projects[1]"));
  EXPECT_EQ(gerrit("GET", "/projects/" + project_ + "-b").status, 404);
}

TEST_F(TestFakeGerrit, TheJournalHasTheRequests) {
  create("Journalled");
  const auto journal = json::parse(
      http({.url = test::fakegerritserver_url() + "/admin/requests?method=POST&path=/a/changes/"}).body);
  EXPECT_TRUE(std::any_of(journal.begin(), journal.end(), [&](const json& entry) {
    return entry["status"] == 201 && entry["body"].get<std::string>().find(project_) != std::string::npos;
  }));
}

TEST_F(TestFakeGerrit, ChangesMadeAtOnceAllCount) {
  std::vector<std::future<json>> made;
  for (int i = 0; i < 8; ++i)
    made.push_back(std::async(std::launch::async, [&, i] { return create(fmt::format("change {}", i)); }));
  std::set<int> numbers;
  for (auto& one : made) numbers.insert(one.get()["_number"].get<int>());
  EXPECT_EQ(numbers.size(), 8u);
  const auto found = query("&n=5");
  EXPECT_EQ(found.size(), 5u);
  EXPECT_EQ(found.back()["_more_changes"], true);
}

}  // namespace
