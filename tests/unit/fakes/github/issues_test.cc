// Issues, comments, labels and assignees.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class IssuesTest : public GitHubTest {
 protected:
  int issue(const std::string& title, const std::vector<std::string>& labels = {}) {
    return must(201, "POST", "issues", {{"title", title}, {"labels", labels}})["number"];
  }
  std::vector<std::string> titles(const std::string& query) {
    return column(get("/repos/octo/hello/issues?" + query), "title");
  }
};

TEST_F(IssuesTest, AreMadeEditedClosedAndReopened) {
  const auto made = must(201, "POST", "issues",
                         {{"title", "t"}, {"body", "b"}, {"labels", {"bug"}}, {"assignees", {"bob"}}});
  EXPECT_EQ(made["number"], 1);
  EXPECT_EQ(made["user"]["login"], "alice");
  EXPECT_EQ(made["state"], "open");
  EXPECT_EQ(made["assignee"]["login"], "bob");
  EXPECT_THAT(column(made["labels"], "name"), ElementsAre("bug"));
  EXPECT_FALSE(made.contains("pull_request"));
  auto edited =
      must(200, "PATCH", "issues/1",
           {{"title", "t2"}, {"body", nullptr}, {"labels", {"x", "y"}}, {"assignees", Json::array()}});
  EXPECT_EQ(edited["title"], "t2");
  EXPECT_EQ(edited["body"], nullptr);
  EXPECT_EQ(edited["assignee"], nullptr);
  EXPECT_THAT(column(edited["labels"], "name"), ElementsAre("x", "y"));
  edited = must(200, "PATCH", "issues/1", {{"state", "closed"}, {"state_reason", "not_planned"}});
  EXPECT_EQ(edited["state"], "closed");
  EXPECT_EQ(edited["state_reason"], "not_planned");
  EXPECT_EQ(edited["closed_by"]["login"], "alice");
  edited = must(200, "PATCH", "issues/1", {{"state", "open"}});
  EXPECT_EQ(edited["closed_at"], nullptr);
  EXPECT_EQ(edited["state_reason"], "reopened");
}

TEST_F(IssuesTest, AWrongFieldChangesNothing) {
  issue("t");
  must(422, "PATCH", "issues/1", {{"title", "other"}, {"state", "done"}});
  must(422, "PATCH", "issues/1", {{"title", "other"}, {"labels", {1}}});
  must(422, "PATCH", "issues/1", {{"title", "other"}, {"labels", "bug"}});
  must(422, "PATCH", "issues/1", {{"title", ""}});
  must(422, "POST", "issues", {{"title", "x"}, {"labels", {""}}});
  must(422, "POST", "issues", {{"title", "x"}, {"assignees", 1}});
  EXPECT_EQ(get("issues/1")["title"], "t");
  EXPECT_EQ(get("issues").size(), 1u);
  EXPECT_EQ(issue("next"), 2);
}

TEST_F(IssuesTest, AreFilteredAndSorted) {
  issue("one", {"a"}), issue("two", {"a", "b"}), issue("three");
  must(200, "PATCH", "issues/3", {{"state", "closed"}});
  must(201, "POST", "issues/1/comments", {{"body", "hi"}});
  EXPECT_THAT(titles(""), ElementsAre("two", "one"));
  EXPECT_THAT(titles("state=closed"), ElementsAre("three"));
  EXPECT_THAT(titles("state=all"), ElementsAre("three", "two", "one"));
  EXPECT_THAT(titles("state=all&direction=asc"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(titles("labels=a,B"), ElementsAre("two"));
  EXPECT_THAT(titles("labels=none"), IsEmpty());
  EXPECT_THAT(titles("sort=updated"), ElementsAre("one", "two"));
  EXPECT_THAT(titles("sort=comments&direction=asc"), ElementsAre("two", "one"));
  EXPECT_THAT(titles("since=2099-01-01T00:00:00Z"), IsEmpty());
  EXPECT_THAT(titles("since=2000-01-01T00:00:00Z"), ElementsAre("two", "one"));
  EXPECT_THAT(titles("creator=ALICE"), ElementsAre("two", "one"));
  EXPECT_THAT(titles("creator=bob"), IsEmpty());
  EXPECT_THAT(titles("assignee=none"), ElementsAre("two", "one"));
  EXPECT_THAT(titles("assignee=*"), IsEmpty());
  for (const char* query : {"state=x", "sort=x", "direction=x", "since=x"})
    must(422, "GET", std::string("/repos/octo/hello/issues?") + query);
}

TEST_F(IssuesTest, AreGoneWhereTheyAreDisabled) {
  issue("t");
  open_pull();
  must(200, "PATCH", "", {{"has_issues", false}});
  EXPECT_EQ(must(410, "GET", "issues")["message"], "Issues are disabled for this repo");
  must(410, "POST", "issues", {{"title", "x"}});
  must(410, "GET", "issues/1");
  get("issues/2");
}

TEST_F(IssuesTest, Comments) {
  issue("t");
  const auto made = must(201, "POST", "issues/1/comments", {{"body", "first"}});
  must(201, "POST", "issues/1/comments", {{"body", "second"}});
  const std::string path = "issues/comments/" + made["id"].dump();
  EXPECT_EQ(get("issues/1")["comments"], 2);
  EXPECT_THAT(column(get("issues/1/comments"), "body"), ElementsAre("first", "second"));
  EXPECT_THAT(column(get("/repos/octo/hello/issues/comments?direction=desc"), "body"),
              ElementsAre("second", "first"));
  EXPECT_EQ(must(200, "PATCH", path, {{"body", "changed"}})["body"], "changed");
  EXPECT_EQ(get(path)["body"], "changed");
  must(204, "DELETE", path);
  must(404, "GET", path);
  must(404, "DELETE", path);
  must(422, "POST", "issues/1/comments", {{"body", ""}});
  must(404, "POST", "issues/7/comments", {{"body", "x"}});
  EXPECT_THAT(column(get("issues/1/comments"), "body"), ElementsAre("second"));
}

TEST_F(IssuesTest, LabelsOfTheRepository) {
  const auto made =
      must(201, "POST", "labels", {{"name", "kind/bug fix"}, {"color", "F29513"}, {"description", "d"}});
  EXPECT_EQ(made["color"], "f29513");
  EXPECT_EQ(get("labels/kind%2Fbug%20fix")["description"], "d");
  EXPECT_EQ(must(422, "POST", "labels", {{"name", "KIND/bug fix"}})["errors"],
            Json::parse(R"([{"resource": "Label", "field": "name", "code": "already_exists"}])"));
  must(422, "POST", "labels", {{"name", "x"}, {"color", "red"}});
  issue("t", {"kind/bug fix"});
  EXPECT_EQ(must(200, "PATCH", "labels/kind%2Fbug%20fix", {{"new_name", "bug"}})["name"], "bug");
  EXPECT_THAT(column(get("issues/1")["labels"], "name"), ElementsAre("bug"));
  must(201, "POST", "labels", {{"name", "area/a"}});
  EXPECT_EQ(get("labels/area/a")["name"], "area/a") << "clients do not encode the slash";
  must(204, "DELETE", "labels/area/a");
  must(204, "DELETE", "labels/BUG");
  must(404, "GET", "labels/bug");
  EXPECT_THAT(get("issues/1")["labels"], IsEmpty());
  EXPECT_THAT(get("labels"), IsEmpty());
}

TEST_F(IssuesTest, LabelsOfAnIssue) {
  issue("t");
  EXPECT_THAT(column(must(200, "POST", "issues/1/labels", {{"labels", {"a", "b"}}}), "name"),
              ElementsAre("a", "b"));
  EXPECT_THAT(column(must(200, "POST", "issues/1/labels", Json::parse(R"(["B", "c"])")), "name"),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(column(must(200, "DELETE", "issues/1/labels/B"), "name"), ElementsAre("a", "c"));
  EXPECT_EQ(must(404, "DELETE", "issues/1/labels/b")["message"], "Label does not exist");
  must(404, "DELETE", "issues/1/labels/none");
  EXPECT_THAT(column(must(200, "PUT", "issues/1/labels", Json::parse(R"([{"name": "d"}])")), "name"),
              ElementsAre("d"));
  EXPECT_THAT(column(get("issues/1/labels"), "name"), ElementsAre("d"));
  must(204, "DELETE", "issues/1/labels");
  EXPECT_THAT(get("issues/1/labels"), IsEmpty());
  EXPECT_THAT(column(get("labels"), "name"), ElementsAre("a", "b", "c", "d"));
}

TEST_F(IssuesTest, Assignees) {
  issue("t");
  EXPECT_THAT(
      column(must(201, "POST", "issues/1/assignees", {{"assignees", {"bob", "carol", "Bob"}}})["assignees"],
             "login"),
      ElementsAre("bob", "carol"));
  EXPECT_THAT(
      column(must(200, "DELETE", "issues/1/assignees", {{"assignees", {"BOB"}}})["assignees"], "login"),
      ElementsAre("carol"));
  EXPECT_THAT(titles("assignee=carol"), ElementsAre("t"));
}

}  // namespace
}  // namespace fakes::github
