// What git has to do with it: rebase, cherry-pick, revert, merges, and what files have in them.
#include <gmock/gmock.h>

#include "gerrit/ids.h"
#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class GitOperations : public testing::Test {
 protected:
  GitOperations() {
    server_.api.seed(
        {{"projects",
          {{{"name", "p"},
            {"branches",
             {{"master", {{"contents", {{"a.txt", "one\ntwo\nthree\n"}, {"b/c.txt", "c\n"}}}}}}}}}}});
    EXPECT_EQ(server_.put("alice /projects/p/branches/stable", {{"revision", "master"}}).status, 201);
  }

  /// A change with these files, by alice.
  int change(const std::string& subject, const std::map<std::string, std::string>& contents,
             Json more = Json::object()) {
    more.update({{"project", "p"}, {"branch", "master"}, {"subject", subject}});
    const auto made = server_.post("alice /changes/", more);
    EXPECT_EQ(made.status, 201) << made.body;
    const int number = made.json.value("_number", 0);
    edit(number, contents);
    return number;
  }
  void edit(int number, const std::map<std::string, std::string>& contents) {
    const auto path = "alice /changes/" + std::to_string(number);
    for (const auto& [file, text] : contents)
      EXPECT_EQ(
          server_.call("PUT", path + "/edit/" + encoded(file), text, {{"Content-Type", "text/plain"}}).status,
          204)
          << file;
    EXPECT_EQ(server_.post(path + "/edit:publish").status, 204);
  }
  Answer submit(int number) {
    const auto path = " /changes/" + std::to_string(number);
    server_.post("bob" + path + "/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
    return server_.post("alice" + path + "/submit");
  }
  std::string tip(const std::string& branch = "master") {
    return server_.get("/projects/p/branches/" + branch).json.value("revision", "");
  }
  Json commit(int number, const std::string& revision = "current") {
    return server_.get("/changes/" + std::to_string(number) + "/revisions/" + revision + "/commit").json;
  }
  /// "" where it is missing; of a base64 body only what a test writes.
  std::string content(const std::string& path) {
    const auto answer = server_.get(path);
    return answer.status == 200 ? base64_decoded(answer.body) : "";
  }
  GerritServer server_;
};

TEST_F(GitOperations, SubmitFastForwardsOrMerges) {
  const auto before = tip();
  const int one = change("One", {{"a.txt", "ONE\ntwo\nthree\n"}}), two = change("Two", {{"d.txt", "d\n"}});
  const int three = change("Three", {{"a.txt", "one!\ntwo\nthree\n"}});
  ASSERT_EQ(submit(one).json["status"], "MERGED");
  EXPECT_EQ(tip(), commit(one)["commit"]);
  ASSERT_EQ(submit(two).json["status"], "MERGED");
  const auto merge = server_.get("/projects/p/commits/" + tip()).json;
  EXPECT_EQ(merge["message"], "Merge \"Two\"\n");
  ASSERT_EQ(merge["parents"].size(), 2u);
  EXPECT_EQ(merge["parents"][0]["commit"], commit(one)["commit"]);
  EXPECT_EQ(merge["parents"][1]["commit"], commit(two)["commit"]);
  EXPECT_EQ(content("/projects/p/branches/master/files/a.txt/content"), "ONE\ntwo\nthree\n");
  EXPECT_EQ(content("/projects/p/branches/master/files/d.txt/content"), "d\n");
  EXPECT_EQ(
      server_.get("/changes/" + std::to_string(three) + "/revisions/current/mergeable").json["mergeable"],
      false);
  EXPECT_EQ(server_.get("/changes/" + std::to_string(three)).json["mergeable"], false);
  EXPECT_EQ(server_.query("is:mergeable"), std::vector<int>{});
  const auto refused = submit(three);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(
      refused.body,
      HasSubstr("Change could not be merged due to a path conflict.\n\nPlease rebase the change locally"));
  EXPECT_NE(tip(), before);
}

TEST_F(GitOperations, AChangeIsSubmittedWithWhatItDependsOn) {
  const int one = change("One", {{"d.txt", "1\n"}});
  const int two = change("Two", {{"e.txt", "2\n"}}, {{"base_change", std::to_string(one)}});
  const auto together =
      server_.get("/changes/" + std::to_string(two) + "/submitted_together?o=NON_VISIBLE_CHANGES").json;
  ASSERT_EQ(together["changes"].size(), 2u);
  EXPECT_EQ(together["changes"][0]["_number"], two);
  EXPECT_EQ(together["non_visible_changes"], 0);
  EXPECT_EQ(server_.get("/changes/" + std::to_string(one) + "/submitted_together").json, Json::array());
  EXPECT_EQ(submit(two).body,
            "Failed to submit 2 changes due to the following problems:\nChange 1: submit requirement "
            "'Code-Review' is unsatisfied.\n");
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  ASSERT_EQ(submit(two).json["status"], "MERGED");
  EXPECT_EQ(server_.get("/changes/1").json["status"], "MERGED");
  EXPECT_EQ(server_.get("/changes/1").json["submission_id"], server_.get("/changes/2").json["submission_id"]);
  EXPECT_EQ(tip(), commit(two)["commit"]);
  EXPECT_EQ(server_.get("/changes/1/submitted_together").json.size(), 2u);
}

TEST_F(GitOperations, WhatIsBasedOnAnOldPatchSetIsNotSubmitted) {
  const int one = change("One", {{"d.txt", "1\n"}});
  const int two = change("Two", {{"e.txt", "2\n"}}, {{"base_change", std::to_string(one)}});
  edit(one, {{"d.txt", "11\n"}});
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  const auto refused = submit(two);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body,
              HasSubstr("which is outdated patch set 2 of change 1. The latest patch set is 3."));
  const auto rebased = server_.post("alice /changes/2/rebase");
  ASSERT_EQ(rebased.status, 200) << rebased.body;
  EXPECT_EQ(commit(two)["parents"][0]["commit"], commit(one)["commit"]);
  EXPECT_EQ(submit(two).json["status"], "MERGED");
}

TEST_F(GitOperations, Rebase) {
  const int one = change("One", {{"a.txt", "ONE\ntwo\nthree\n"}}), two = change("Two", {{"d.txt", "d\n"}});
  EXPECT_EQ(server_.post("alice /changes/2/rebase").body, "Change is already up to date.\n");
  EXPECT_EQ(server_.post("/changes/2/rebase").status, 403);
  server_.post("bob /changes/2/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  submit(one);
  EXPECT_EQ(server_.post("alice /changes/1/rebase").body, "Change 1 is merged\n");
  const auto rebased = server_.post("alice /changes/2/rebase");
  ASSERT_EQ(rebased.status, 200) << rebased.body;
  const auto now = commit(two);
  EXPECT_EQ(rebased.json["current_revision"], now["commit"]);
  EXPECT_EQ(rebased.json["revisions"][now["commit"].get<std::string>()]["kind"], "TRIVIAL_REBASE");
  EXPECT_EQ(now["parents"][0]["commit"], tip());
  EXPECT_EQ(content("/changes/2/revisions/current/files/a.txt/content"), "ONE\ntwo\nthree\n");
  EXPECT_EQ(server_.get("/changes/2/messages").json.back()["message"],
            "Patch Set 3: Patch Set 2 was rebased");
  EXPECT_EQ(server_.get("/changes/2/reviewers/bob/votes").json, (Json{{"Code-Review", 2}}))
      << "votes go with it";
}

TEST_F(GitOperations, RebaseOntoWhatCannotBe) {
  change("One", {{"d.txt", "1\n"}});
  change("Two", {{"e.txt", "2\n"}}, {{"base_change", "1"}});
  EXPECT_EQ(server_.post("alice /changes/1/rebase", {{"base", "1"}}).body,
            "cannot rebase change 1 onto itself\n");
  EXPECT_THAT(server_.post("alice /changes/1/rebase", {{"base", "2"}}).body,
              HasSubstr("is a descendant of the current change"));
  EXPECT_EQ(server_.post("alice /changes/2/rebase").body,
            "Change is already based on the latest patch set of the dependent change.\n");
  const auto unknown = server_.post("alice /changes/2/rebase", {{"base", "99"}});
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(unknown.body, "Base change not found: 99\n");
  EXPECT_EQ(server_.post("alice /changes/2/rebase", {{"base", std::string(40, 'a')}}).body,
            "base revision is missing from the destination branch: " + std::string(40, 'a') + "\n");
  EXPECT_EQ(server_.post("alice /changes/2/rebase", {{"base", {1}}}).status, 400);
  EXPECT_EQ(server_.post("alice /changes/2/rebase", {{"strategy", "ours"}}).status, 501);
  const auto onto_tip = server_.post("alice /changes/2/rebase", {{"base", ""}});
  ASSERT_EQ(onto_tip.status, 200) << onto_tip.body;
  EXPECT_EQ(commit(2)["parents"][0]["commit"], tip());
}

TEST_F(GitOperations, RebaseWithAConflict) {
  const int one = change("One", {{"a.txt", "ONE\ntwo\nthree\n"}});
  change("Two", {{"a.txt", "eins\ntwo\nthree\n"}});
  submit(one);
  const auto refused = server_.post("alice /changes/2/rebase");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body,
            "Change 2 could not be rebased due to a conflict during merge.\n\nmerge conflict(s):\na.txt\n");
  EXPECT_EQ(server_.get("/changes/2/messages").json.size(), 2u) << "nothing has changed";
  const auto forced = server_.post("alice /changes/2/rebase", {{"allow_conflicts", true}});
  ASSERT_EQ(forced.status, 200) << forced.body;
  EXPECT_EQ(forced.json["contains_git_conflicts"], true);
  EXPECT_EQ(forced.json["work_in_progress"], true);
  EXPECT_THAT(content("/changes/2/revisions/current/files/a.txt/content"),
              testing::AllOf(HasSubstr("<<<<<<< "), HasSubstr("ONE\n=======\neins\n>>>>>>> ")));
}

TEST_F(GitOperations, RebaseOfAChain) {
  const int zero = change("Zero", {{"z.txt", "0\n"}});
  change("One", {{"d.txt", "1\n"}});
  change("Two", {{"e.txt", "2\n"}}, {{"base_change", "2"}});
  EXPECT_EQ(server_.post("alice /changes/3/rebase:chain").body, "The whole chain is already up to date.\n");
  submit(zero);
  const auto chain = server_.post("alice /changes/3/rebase:chain");
  ASSERT_EQ(chain.status, 200) << chain.body;
  ASSERT_EQ(chain.json["rebased_changes"].size(), 2u);
  EXPECT_EQ(chain.json["rebased_changes"][0]["_number"], 2);
  EXPECT_EQ(commit(2)["parents"][0]["commit"], tip());
  EXPECT_EQ(commit(3)["parents"][0]["commit"], commit(2)["commit"]);
}

TEST_F(GitOperations, CherryPick) {
  change("One", {{"d.txt", "1\n"}});
  const std::string pick = "alice /changes/1/revisions/current/cherrypick";
  EXPECT_EQ(server_.post(pick, Json::object()).body, "destination must be non-empty\n");
  const auto nowhere = server_.post(pick, {{"destination", "nowhere"}});
  EXPECT_EQ(nowhere.status, 400);
  EXPECT_EQ(nowhere.body, "Branch refs/heads/nowhere does not exist.\n");
  const auto picked = server_.post(pick, {{"destination", "stable"}, {"message", "Backport"}});
  ASSERT_EQ(picked.status, 200) << picked.body;
  EXPECT_EQ(picked.json["_number"], 2);
  EXPECT_EQ(picked.json["branch"], "stable");
  EXPECT_EQ(picked.json["cherry_pick_of_change"], 1);
  EXPECT_EQ(picked.json["cherry_pick_of_patch_set"], 2);
  EXPECT_NE(picked.json["change_id"], server_.get("/changes/1").json["change_id"]);
  EXPECT_EQ(server_.get("/changes/2/messages").json[0]["message"],
            "Patch Set 1: Cherry Picked from branch master.");
  EXPECT_EQ(commit(2)["parents"][0]["commit"], tip("stable"));
  EXPECT_EQ(content("/changes/2/revisions/current/files/d.txt/content"), "1\n");
}

TEST_F(GitOperations, CherryPickToWhereTheChangeIs) {
  change("One", {{"d.txt", "1\n"}});
  const std::string pick = "alice /changes/1/revisions/current/cherrypick";
  const auto first = server_.post(pick, {{"destination", "stable"}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json["change_id"], server_.get("/changes/1").json["change_id"])
      << "the message keeps its footer";
  edit(1, {{"d.txt", "2\n"}});
  const auto again = server_.post(pick, {{"destination", "stable"}});
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json["_number"], 2) << "a patch set of the change that is there";
  EXPECT_EQ(server_.get("/changes/2/messages").json.back()["message"], "Uploaded patch set 2.");
  EXPECT_EQ(content("/changes/2/revisions/2/files/d.txt/content"), "2\n");
  ASSERT_EQ(submit(2).status, 200);
  const auto closed = server_.post(pick, {{"destination", "stable"}});
  EXPECT_EQ(closed.status, 409);
  EXPECT_EQ(closed.body, "Cherry pick failed: identical tree\n");
  edit(1, {{"d.txt", "3\n"}});
  EXPECT_THAT(server_.post(pick, {{"destination", "stable"}}).body,
              HasSubstr("Cherry pick failed: merge conflict(s):\nd.txt"));
}

TEST_F(GitOperations, CherryPickOfACommit) {
  const int one = change("One", {{"d.txt", "1\n"}});
  submit(one);
  const auto picked = server_.post("alice /projects/p/commits/" + tip() + "/cherrypick",
                                   {{"destination", "stable"}, {"message", "x"}});
  ASSERT_EQ(picked.status, 200) << picked.body;
  EXPECT_FALSE(picked.json.contains("cherry_pick_of_change"));
  EXPECT_EQ(server_.get("/changes/2/messages").json[0]["message"],
            "Patch Set 1: Cherry Picked from commit " + tip() + ".");
  EXPECT_EQ(server_
                .post("alice /projects/p/commits/" + std::string(40, 'a') + "/cherrypick",
                      {{"destination", "stable"}})
                .status,
            404);
}

TEST_F(GitOperations, Revert) {
  const int one = change("One", {{"a.txt", "ONE\ntwo\nthree\n"}}, {{"topic", "t"}});
  const auto early = server_.post("alice /changes/1/revert");
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(early.body, "change is new\n");
  submit(one);
  const auto sha = tip();
  const auto revert = server_.post("carol /changes/1/revert");
  ASSERT_EQ(revert.status, 200) << revert.body;
  EXPECT_EQ(revert.json["revert_of"], 1);
  EXPECT_EQ(revert.json["topic"], "t");
  EXPECT_EQ(revert.json["subject"], "Revert \"One\"");
  EXPECT_THAT(commit(2)["message"].get<std::string>(),
              HasSubstr("This reverts commit " + sha + ".\n\nChange-Id: "));
  EXPECT_EQ(content("/changes/2/revisions/current/files/a.txt/content"), "one\ntwo\nthree\n");
  EXPECT_EQ(server_.get("/changes/1/messages").json.back()["message"],
            "Created a revert of this change as " + revert.json["change_id"].get<std::string>());
  EXPECT_EQ(server_.get("/changes/2/reviewers").json.size(), 2u) << "alice and bob";
  ASSERT_EQ(submit(2).status, 200);
  EXPECT_EQ(content("/projects/p/branches/master/files/a.txt/content"), "one\ntwo\nthree\n");
  EXPECT_EQ(server_.query("revertof:1"), std::vector<int>{2});
}

TEST_F(GitOperations, RevertOfASubmission) {
  change("One", {{"d.txt", "1\n"}});
  change("Two", {{"e.txt", "2\n"}}, {{"base_change", "1"}});
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  EXPECT_EQ(server_.post("alice /changes/1/revert_submission").status, 409);
  ASSERT_EQ(submit(2).status, 200);
  const auto reverts = server_.post("alice /changes/1/revert_submission").json["revert_changes"];
  ASSERT_EQ(reverts.size(), 2u);
  EXPECT_EQ(reverts[0]["revert_of"], 2);
  EXPECT_EQ(reverts[1]["revert_of"], 1);
  EXPECT_EQ(commit(4)["parents"][0]["commit"], commit(3)["commit"]);
  EXPECT_EQ(reverts[0]["topic"], reverts[1]["topic"]);
  EXPECT_EQ(content("/changes/4/revisions/current/files/d.txt/content"), "");
}

TEST_F(GitOperations, Move) {
  const int one = change("One", {{"d.txt", "1\n"}});
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  server_.post("zoe /changes/1/revisions/current/review", {{"labels", {{"Code-Review", -2}}}});
  const std::string move = "alice /changes/1/move";
  EXPECT_EQ(server_.post(move, Json::object()).body, "destination branch is required\n");
  EXPECT_EQ(server_.post(move, {{"destination_branch", "master"}}).body,
            "Change is already destined for the specified branch\n");
  const auto nowhere = server_.post(move, {{"destination_branch", "nowhere"}});
  EXPECT_EQ(nowhere.status, 409);
  EXPECT_EQ(nowhere.body, "Destination refs/heads/nowhere not found in the project\n");
  const auto moved = server_.post(move, {{"destination_branch", "stable"}, {"message", "wrong one"}});
  EXPECT_EQ(moved.json["branch"], "stable");
  EXPECT_EQ(server_.get("/changes/1/messages").json.back()["message"],
            "Change destination moved from master to stable\n\nwrong one");
  EXPECT_EQ(server_.get("/changes/1/reviewers/bob/votes").json, Json::object());
  EXPECT_EQ(server_.get("/changes/1/reviewers/zoe/votes").json, (Json{{"Code-Review", -2}}))
      << "a veto stays";
  server_.call("DELETE", "alice /changes/1/reviewers/zoe/votes/Code-Review");
  submit(one);
  EXPECT_EQ(server_.post(move, {{"destination_branch", "master"}}).body, "Change is merged\n");
}

TEST_F(GitOperations, FilesAndDifferences) {
  const int one = change("One", {{"a.txt", "one\nTWO\nthree\nfour\n"}, {"b/c.txt", "c2\n"}});
  const auto path = "/changes/" + std::to_string(one) + "/revisions/current";
  const auto files = server_.get(path + "/files").json;
  EXPECT_EQ(files["a.txt"]["lines_inserted"], 2);
  EXPECT_EQ(files["a.txt"]["lines_deleted"], 1);
  EXPECT_EQ(files["a.txt"]["size"], 19);
  EXPECT_EQ(files["a.txt"]["size_delta"], 5);
  EXPECT_FALSE(files["a.txt"].contains("status"));
  EXPECT_EQ(server_.get("/changes/1").json["insertions"], 3);
  const auto content = server_.get(path + "/files/b%2Fc.txt/content");
  EXPECT_EQ(content.body, "YzIK");
  EXPECT_EQ(http::header(content.headers, "X-FYI-Content-Encoding"), "base64");
  EXPECT_EQ(server_.get(path + "/files/nope/content").status, 404);
  EXPECT_EQ(server_.get(path + "/files/b/content").status, 404) << "a folder";
  EXPECT_EQ(server_.get(path + "/files/a.txt/content?parent=1").body, "b25lCnR3bwp0aHJlZQo=");
  const auto diff = server_.get(path + "/files/a.txt/diff").json;
  EXPECT_EQ(diff["change_type"], "MODIFIED");
  EXPECT_EQ(
      diff["content"],
      (Json{{{"ab", {"one"}}}, {{"a", {"two"}}, {"b", {"TWO"}}}, {{"ab", {"three"}}}, {{"b", {"four"}}}}));
  EXPECT_EQ(diff["diff_header"][0], "diff --git a/a.txt b/a.txt");
  EXPECT_EQ(diff["meta_b"]["lines"], 4);
  EXPECT_EQ(server_.get(path + "/files/a.txt/diff?intraline").status, 501);
  EXPECT_EQ(server_.get(path + "/files/a.txt/diff?whitespace=IGNORE_ALL").status, 501);
  EXPECT_EQ(server_.get(path + "/files/a.txt/diff?context=x").status, 400);
  EXPECT_EQ(server_.get(path + "/files/a.txt/diff?base=1").json["content"].size(), 4u);
  const Json message = server_.get(path + "/files?base=1").json["/COMMIT_MSG"];
  EXPECT_FALSE(message.contains("status")) << "it was there before: " << message;
  EXPECT_EQ(message["size_delta"], 0);
  EXPECT_LT(message.value("lines_inserted", 0), 3) << "at most its dates";
  const auto text = base64_decoded(server_.get(path + "/patch").body);
  EXPECT_THAT(text, HasSubstr(" Mon Sep 17 00:00:00 2001\nFrom: alice <alice@example.com>\n"));
  EXPECT_THAT(text, HasSubstr("Subject: [PATCH] One\n"));
  EXPECT_THAT(text, HasSubstr("-two\n+TWO\n"));
  EXPECT_EQ(server_.get(path + "/patch?path=nope").body, "File not found: nope.\n");
  EXPECT_EQ(server_.get(path + "/patch?zip").status, 501);
  EXPECT_EQ(http::header(server_.get(path + "/patch?download").headers, "Content-Disposition").substr(0, 21),
            "attachment; filename=");
}

TEST_F(GitOperations, LongFilesAreCutAroundWhatDiffers) {
  std::string lines, changed;
  for (int i = 0; i < 100; ++i)
    lines += std::to_string(i) + "\n", changed += i == 50 ? "x\n" : std::to_string(i) + "\n";
  server_.api.seed(
      {{"projects", {{{"name", "p"}, {"branches", {{"master", {{"contents", {{"long", lines}}}}}}}}}}});
  change("One", {{"long", changed}});
  const auto content = server_.get("/changes/1/revisions/current/files/long/diff?context=3").json["content"];
  ASSERT_EQ(content.size(), 5u) << content;
  EXPECT_EQ(content[0], (Json{{"skip", 47}}));
  EXPECT_EQ(content[1]["ab"], (Json{"47", "48", "49"}));
  EXPECT_EQ(content[2], (Json{{"a", {"50"}}, {"b", {"x"}}}));
  EXPECT_EQ(content[4], (Json{{"skip", 46}}));
  EXPECT_EQ(server_.get("/changes/1/revisions/current/files/long/diff?context=ALL").json["content"].size(),
            3u);
}

TEST_F(GitOperations, CommitMessages) {
  change("One", {{"d.txt", "1\n"}});
  const auto id = server_.get("/changes/1").json["change_id"].get<std::string>();
  const std::string path = "alice /changes/1/message";
  EXPECT_EQ(server_.put(path, {{"message", ""}}).status, 400);
  EXPECT_EQ(server_.put(path, {{"message", "New"}}).body, "missing Change-Id footer\n");
  EXPECT_EQ(server_.put(path, {{"message", "New\n\nChange-Id: I" + std::string(40, '0')}}).body,
            "wrong Change-Id footer\n");
  EXPECT_EQ(server_.put(path, {{"message", "One\n\nChange-Id: " + id + "\n"}}).body,
            "new and existing commit message are the same\n");
  const auto changed = server_.put(path, {{"message", "New\n\nBug: 1\nChange-Id: " + id}});
  EXPECT_EQ(changed.json, "ok") << changed.body;
  EXPECT_EQ(server_.get("/changes/1").json["subject"], "New");
  EXPECT_EQ(server_.get("/changes/1/messages").json.back()["message"],
            "Patch Set 3: Commit message was updated.");
  EXPECT_EQ(server_.get("/changes/1/message").json["footers"], (Json{{"Bug", "1"}, {"Change-Id", id}}));
  EXPECT_EQ(server_.put("alice /changes/1/edit:message", {{"message", "Newer\n\nChange-Id: " + id}}).status,
            204);
  EXPECT_EQ(server_.get("alice /changes/1/edit").json["base_patch_set_number"], 3);
  EXPECT_EQ(server_.get("bob /changes/1/edit").status, 204) << "it is alice's";
  EXPECT_EQ(server_.post("alice /changes/1/edit:publish").status, 204);
  EXPECT_EQ(server_.get("/changes/1?o=CURRENT_REVISION").json["revisions"].begin().value()["kind"],
            "NO_CODE_CHANGE");
  EXPECT_EQ(server_.put(path, {{"message", std::string(2'000'000, 'x') + "\n\nChange-Id: " + id}}).json, "ok")
      << "of any length";
}

TEST_F(GitOperations, PathsThatGitCannotHave) {
  const int one = change("One", {{"d.txt", "d\n"}});
  for (const std::string path : {".git/config", "../x", "a//b", "/a", "a/"}) {
    const auto answer =
        server_.call("PUT", "alice /changes/" + std::to_string(one) + "/edit/" + encoded(path), "x");
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(answer.body, "Invalid path: " + path + "\n");
  }
}

TEST_F(GitOperations, EditsOfFiles) {
  change("One", {{"d.txt", "1\n"}});
  const std::string edit = "alice /changes/1/edit";
  EXPECT_EQ(server_.get("/changes/1/revisions/edit/commit").status, 404);
  EXPECT_EQ(server_.call("PUT", edit + "/a.txt", "one\ntwo\nthree\n").status, 409) << "no change";
  EXPECT_EQ(server_.call("PUT", edit + "/..%2Fx", "x").status, 400);
  EXPECT_EQ(server_.call("PUT", edit + "/.git%2Fconfig", "x").status, 400);
  EXPECT_EQ(server_.call("PUT", edit + "/%E2%82%AC%2Fn%20m", "\xE2\x82\xAC\n").status, 204);
  EXPECT_EQ(server_
                .call("PUT", edit + "/e", R"({"binary_content": "data:text/plain;base64,aGkK"})",
                      {{"Content-Type", "application/json"}})
                .status,
            204);
  EXPECT_EQ(
      server_
          .call("PUT", edit + "/e", R"({"binary_content": "aGkK"})", {{"Content-Type", "application/json"}})
          .status,
      400);
  for (const char* name : {"edit", "0"})
    EXPECT_EQ(server_.get("alice /changes/1/revisions/" + std::string(name) + "/commit").status, 501);
  EXPECT_EQ(server_.call("DELETE", edit + "/b%2Fc.txt").status, 204);
  EXPECT_EQ(server_.post(edit, {{"old_path", "a.txt"}, {"new_path", "moved.txt"}}).status, 204);
  EXPECT_EQ(base64_decoded(server_.get(edit + "/e").body), "hi\n");
  EXPECT_EQ(server_.get(edit + "?list").json["files"]["moved.txt"]["status"], "R");
  EXPECT_EQ(server_.post("alice /changes/1/edit:publish").status, 204);
  EXPECT_EQ(server_.post("alice /changes/1/edit:publish").status, 409);
  const auto files = server_.get("/changes/1/revisions/current/files").json;
  EXPECT_EQ(files["moved.txt"]["old_path"], "a.txt");
  EXPECT_EQ(files["b/c.txt"]["status"], "D");
  EXPECT_EQ(files["\xE2\x82\xAC/n m"]["status"], "A");
}

TEST_F(GitOperations, Votes) {
  change("One", {{"d.txt", "1\n"}});
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  EXPECT_EQ(server_.call("DELETE", "alice /changes/1/reviewers/bob/votes/Nope").status, 404);
  EXPECT_EQ(server_.call("DELETE", "alice /changes/1/reviewers/carol/votes/Code-Review").status, 404);
  EXPECT_EQ(
      server_.post("alice /changes/1/reviewers/bob/votes/Code-Review/delete", {{"reason", "old"}}).status,
      204);
  EXPECT_EQ(server_.get("/changes/1/reviewers/bob/votes").json, Json::object());
  EXPECT_EQ(server_.get("/changes/1/messages").json.back()["message"],
            "Removed Code-Review+2 by bob <bob@example.com>\n\nold\n");
}

TEST_F(GitOperations, Actions) {
  change("One", {{"d.txt", "1\n"}});
  const auto actions = [&](const std::string& user) {
    return server_.get(user + " /changes/1?o=CURRENT_REVISION&o=CURRENT_ACTIONS&o=CHANGE_ACTIONS").json;
  };
  EXPECT_FALSE(actions("alice")["revisions"].begin().value()["actions"].contains("submit"));
  EXPECT_TRUE(actions("alice")["actions"].contains("abandon"));
  server_.post("bob /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  EXPECT_EQ(actions("alice")["revisions"].begin().value()["actions"]["submit"]["enabled"], true);
  EXPECT_EQ(server_.get("alice /changes/1/revisions/current/actions").json["submit"]["method"], "POST");
  EXPECT_FALSE(server_.get("alice /changes/1/revisions/1/actions").json.contains("submit"))
      << "not the current patch set";
  submit(1);
  EXPECT_TRUE(actions("alice")["actions"].contains("revert"));
}

TEST_F(GitOperations, ACommitThatIsKnownByItsIdAloneIs501) {
  server_.api.seed(
      {{"projects", {{{"name", "named"}, {"branches", {{"master", std::string(40, '1')}}}}}},
       {"changes",
        {{{"project", "named"},
          {"branch", "master"},
          {"owner", "alice"},
          {"subject", "x"},
          {"revisions",
           {{{"revision", std::string(40, '2')}, {"commit", {{"parents", {std::string(40, '3')}}}}}}}}}}});
  for (const char* path : {"/rebase", "/revisions/current/cherrypick"}) {
    const auto answer = server_.post(std::string("alice /changes/1") + path, {{"destination", "master"}});
    EXPECT_EQ(answer.status, 501) << path << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("seeded by its id alone"));
  }
  EXPECT_EQ(server_.get("/changes/1/revisions/current/patch").status, 501);
  EXPECT_EQ(server_.get("/changes/1/revisions/current/files/a/content").status, 501);
  EXPECT_EQ(server_.call("PUT", "alice /changes/1/edit/a", "x").status, 501);
}

TEST_F(GitOperations, SeededContentsAreRealCommits) {
  server_.api.seed({{"changes",
                     {{{"project", "p"},
                       {"branch", "master"},
                       {"owner", "alice"},
                       {"subject", "x"},
                       {"revisions", {{{"contents", {{"a.txt", nullptr}, {"new", "n\n"}}}}}}}}}});
  const auto files = server_.get("/changes/1/revisions/current/files").json;
  EXPECT_EQ(files["a.txt"]["status"], "D");
  EXPECT_EQ(files["new"]["lines_inserted"], 1);
  ASSERT_EQ(submit(1).status, 200);
  EXPECT_EQ(content("/projects/p/branches/master/files/new/content"), "n\n");
}

}  // namespace
}  // namespace fakes::gerrit
