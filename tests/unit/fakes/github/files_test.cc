// Blobs, trees, tags, contents, compare, and what comes of merging files. Ids and diffs are git's own.
#include <fstream>

#include "fake.h"
#include "github/difference.h"
#include "github/lines.h"
#include "github/text.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FilesTest : public GitHubTest {
 protected:
  /// Writes a file on a branch; the commit's id.
  std::string write(const std::string& path, const std::string& text, const std::string& branch = "main",
                    const std::string& sha = "") {
    Json body{{"message", "write " + path},
              {"content", base64(text)},
              {"branch", branch},
              {"committer", {{"name", "a"}, {"email", "a@b"}, {"date", "2022-05-19T12:34:56Z"}}}};
    if (!sha.empty()) body["sha"] = sha;
    return must(sha.empty() ? 201 : 200, "PUT", "contents/" + path, body)["commit"]["sha"];
  }
  std::string sha_of(const std::string& path, const std::string& branch = "main") {
    return get("contents/" + path + "?ref=" + branch)["sha"];
  }
  std::string raw(const std::string& path, const std::string& form) {
    const auto answer =
        ask("GET", "/repos/octo/hello/" + path, "", {"Accept: application/vnd.github." + form});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
};

TEST_F(FilesTest, ObjectsHaveGitsIds) {
  const std::string blob = must(201, "POST", "git/blobs", {{"content", "hello\n"}})["sha"];
  EXPECT_EQ(blob, "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(must(201, "POST", "git/blobs", {{"content", "aGVsbG8K"}, {"encoding", "base64"}})["sha"], blob);
  EXPECT_EQ(get("git/blobs/" + blob)["content"], "aGVsbG8K");
  EXPECT_EQ(raw("git/blobs/" + blob, "raw"), "hello\n");
  const Json tree = must(201, "POST", "git/trees",
                         {{"tree",
                           {{{"path", "a/b.txt"}, {"mode", "100644"}, {"type", "blob"}, {"sha", blob}},
                            {{"path", "a.txt"}, {"content", "x"}}}}});
  const auto git = support::must(
      R"(cd $(mktemp -d); git init -q .; mkdir a; echo hello > a/b.txt; printf x > a.txt; git add .; git write-tree; rm -rf "$PWD")");
  EXPECT_EQ(tree["sha"], git);
  EXPECT_THAT(column(get("git/trees/" + git + "?recursive=1")["tree"], "path"),
              ElementsAre("a", "a/b.txt", "a.txt"));
  const std::string less = must(
      201, "POST", "git/trees",
      {{"base_tree", git},
       {"tree", {{{"path", "a/b.txt"}, {"mode", "100644"}, {"type", "blob"}, {"sha", nullptr}}}}})["sha"];
  EXPECT_THAT(column(get("git/trees/" + less)["tree"], "path"), ElementsAre("a.txt"));
  must(422, "POST", "git/trees",
       {{"tree", {{{"path", "x"}, {"mode", "100644"}, {"sha", std::string(40, '9')}}}}});
  must(422, "POST", "git/trees", {{"tree", {{{"path", "../x"}, {"content", "x"}}}}});
  must(422, "POST", "git/trees", {{"tree", {{{"path", "x"}, {"mode", "777"}, {"content", "x"}}}}});
  must(422, "POST", "git/trees", {{"tree", "x"}});
  must(404, "GET", "git/trees/" + std::string(40, '9'));
}

TEST_F(FilesTest, TagsAreLightOrAnnotated) {
  const std::string tag =
      must(201, "POST", "git/tags",
           {{"tag", "v1"},
            {"message", "first"},
            {"object", kBase},
            {"type", "commit"},
            {"tagger", {{"name", "a"}, {"email", "a@b"}, {"date", "2022-05-19T12:34:56Z"}}}})["sha"];
  must(201, "POST", "git/refs", {{"ref", "refs/tags/v1"}, {"sha", tag}});
  must(201, "POST", "git/refs", {{"ref", "refs/tags/v2"}, {"sha", kTopic}});
  EXPECT_EQ(get("git/ref/tags/v1")["object"]["type"], "tag");
  EXPECT_EQ(get("git/ref/tags/v2")["object"]["type"], "commit");
  EXPECT_EQ(get("git/tags/" + tag)["object"]["sha"], kBase);
  EXPECT_THAT(column(get("tags"), "name"), ElementsAre("v2", "v1"));
  EXPECT_EQ(get("tags")[1]["commit"]["sha"], kBase);
  EXPECT_EQ(get("commits/v1")["sha"], kBase);
  must(422, "POST", "git/tags",
       {{"tag", "v3"}, {"message", ""}, {"object", std::string(40, '9')}, {"type", "commit"}});
}

TEST_F(FilesTest, FilesAreWrittenReadAndDeleted) {
  write("docs/read%20me.md", "# hi\n");
  const Json file = get("contents/docs/read%20me.md");
  EXPECT_EQ(file["content"], "IyBoaQo=\n");
  EXPECT_EQ(file["size"], 5);
  EXPECT_EQ(raw("contents/docs/read%20me.md", "v3.raw"), "# hi\n");
  EXPECT_EQ(get("contents")[0]["type"], "dir");
  EXPECT_EQ(get("contents/docs")[0]["path"], "docs/read me.md");
  EXPECT_THAT(
      must(422, "PUT", "contents/docs/read%20me.md", {{"message", "x"}, {"content", "eA=="}})["message"],
      HasSubstr("\"sha\" wasn't supplied"));
  must(409, "PUT", "contents/docs/read%20me.md",
       {{"message", "x"}, {"content", "eA=="}, {"sha", std::string(40, '1')}});
  write("docs/read%20me.md", "# ho\n", "main", file["sha"]);
  EXPECT_EQ(get("commits?path=docs").size(), 2u);
  EXPECT_EQ(get("commits/main")["files"][0]["patch"], "@@ -1 +1 @@\n-# hi\n+# ho");
  EXPECT_EQ(must(200, "DELETE", "contents/docs/read%20me.md",
                 {{"message", "gone"}, {"sha", sha_of("docs/read%20me.md")}})["content"],
            nullptr);
  must(404, "GET", "contents/docs/read%20me.md");
  for (const char* path : {".git/config", "a/.git/x", "a//b"})
    EXPECT_EQ(
        must(422, "PUT", std::string("contents/") + path, {{"message", "x"}, {"content", "eA=="}})["message"],
        "path contains a malformed path component")
        << path;
}

TEST_F(FilesTest, ASymlinkToAFileIsThatFile) {
  write("a/target", "text\n");
  const auto link = [](const char* path, const char* to) {
    return Json{{"path", path}, {"mode", "120000"}, {"type", "blob"}, {"content", to}};
  };
  const Json tree = must(201, "POST", "git/trees",
                         {{"base_tree", get("git/trees/main")["sha"]},
                          {"tree",
                           {link("a/near", "target"), link("far", "./a/../a/target"), link("gone", "none"),
                            link("out", "../../x"), link("folder", "a")}}});
  const Json commit = must(
      201, "POST", "git/commits",
      {{"message", "m"}, {"tree", tree["sha"]}, {"parents", {get("git/ref/heads/main")["object"]["sha"]}}});
  must(200, "PATCH", "git/refs/heads/main", {{"sha", commit["sha"]}});
  for (const char* path : {"a/near", "far"}) {
    const Json found = get(std::string("contents/") + path);
    EXPECT_EQ(found["type"], "file") << path;
    EXPECT_EQ(found["path"], path);
    EXPECT_EQ(found["content"], "dGV4dAo=\n");
    EXPECT_EQ(raw(std::string("contents/") + path, "raw"), "text\n");
  }
  for (const char* path : {"gone", "out", "folder"})
    EXPECT_EQ(get(std::string("contents/") + path)["type"], "symlink") << path;
}

TEST_F(FilesTest, ASubmoduleIsAFileInAList) {
  write("a", "text\n");
  const Json tree =
      must(201, "POST", "git/trees",
           {{"tree", {{{"path", "lib"}, {"mode", "160000"}, {"type", "commit"}, {"sha", kTopic}}}}});
  const Json commit = must(
      201, "POST", "git/commits",
      {{"message", "m"}, {"tree", tree["sha"]}, {"parents", {get("git/ref/heads/main")["object"]["sha"]}}});
  must(200, "PATCH", "git/refs/heads/main", {{"sha", commit["sha"]}});
  EXPECT_EQ(get("contents/")[0]["type"], "file");
  EXPECT_EQ(get("contents/lib")["type"], "submodule");
}

TEST_F(FilesTest, ASeedGivesContents) {
  seed_json(Json::parse(
      R"({"repositories": [{"full_name": "o/seeded", "commits": [{"sha": "3333333333333333333333333333333333333333", "contents": {"OWNERS": "a\n", "x/y": "z"}},
    {"sha": "4444444444444444444444444444444444444444", "tree": "5555555555555555555555555555555555555555"}],
    "branches": {"main": "3333333333333333333333333333333333333333", "named": "4444444444444444444444444444444444444444"}}]})"));
  EXPECT_EQ(get("/repos/o/seeded/contents/OWNERS")["content"], "YQo=\n");
  EXPECT_EQ(get("/repos/o/seeded/commits/main")["files"].size(), 2u);
  EXPECT_THAT(must(501, "GET", "/repos/o/seeded/contents/OWNERS?ref=named")["message"],
              HasSubstr("which a seed only named"));
  must(404, "GET", "/repos/octo/hello/contents/OWNERS");
}

TEST_F(FilesTest, CommitsAreCompared) {
  write("a.txt", "1\n2\n3\n");
  must(201, "POST", "git/refs", {{"ref", "refs/heads/fix/it"}, {"sha", get("commits/main")["sha"]}});
  write("a.txt", "1\n2\n4\n", "fix/it", sha_of("a.txt"));
  write("b.txt", "new\n", "main");
  const Json compared = get("compare/main...fix/it");
  EXPECT_EQ(compared["status"], "diverged");
  EXPECT_EQ(compared["ahead_by"], 1);
  EXPECT_EQ(compared["behind_by"], 1);
  EXPECT_THAT(column(compared["files"], "filename"), ElementsAre("a.txt"));
  EXPECT_EQ(get("compare/main...main")["status"], "identical");
  EXPECT_EQ(raw("compare/main...fix/it", "v3.diff"),
            "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n 1\n 2\n-3\n+4\n");
  EXPECT_THAT(raw("compare/main...fix/it", "patch"), HasSubstr("Subject: [PATCH] write a.txt\n"));
  EXPECT_EQ(raw("commits/fix/it", "sha"), get("commits/fix/it")["sha"].get<std::string>());
  EXPECT_EQ(get("commits/fix/it/status")["state"], "pending");
  must(404, "GET", "compare/main...none");
  must(404, "GET", "compare/main..topic");
}

TEST_F(FilesTest, APullRequestMergesFilesOrConflicts) {
  write("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  for (const char* branch : {"one", "two"})
    must(201, "POST", "git/refs",
         {{"ref", std::string("refs/heads/") + branch}, {"sha", get("commits/main")["sha"]}});
  write("a.txt", "one\n2\n3\n4\n5\n6\n7\n8\n9\n", "one", sha_of("a.txt"));
  write("a.txt", "uno\n2\n3\n4\n5\n6\n7\n8\n9\n", "two", sha_of("a.txt"));
  const auto pull = [&](const std::string& head) {
    return must(201, "POST", "pulls", {{"title", head}, {"head", head}, {"base", "main"}})["number"].dump();
  };
  const std::string one = pull("one"), two = pull("two");
  EXPECT_EQ(get("pulls/" + one + "/files")[0]["patch"], "@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4");
  EXPECT_EQ(get("pulls/" + one)["changed_files"], 1);
  EXPECT_THAT(raw("pulls/" + one, "diff"), HasSubstr("-1\n+one\n"));
  write("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n", "main", sha_of("a.txt"));
  EXPECT_EQ(get("pulls/" + one)["mergeable"], true);
  const Json merged = must(200, "PUT", "pulls/" + one + "/merge");
  EXPECT_EQ(raw("contents/a.txt", "raw"), "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
  EXPECT_EQ(get("pulls/" + two)["mergeable"], false);
  EXPECT_EQ(get("pulls/" + two)["mergeable_state"], "dirty");
  must(405, "PUT", "pulls/" + two + "/merge");
  must(409, "POST", "merges", {{"base", "main"}, {"head", "two"}});
  must(204, "POST", "merges", {{"base", "main"}, {"head", "one"}});
  EXPECT_EQ(get("commits/" + merged["sha"].get<std::string>() + "/pulls")[0]["number"], 1);
  EXPECT_EQ(get("pulls/" + one + "/commits").size(), 1u);
}

TEST_F(FilesTest, LinksInAnswersLeadSomewhere) {
  write("docs/a.txt", "1\n", "topic");
  const Json pull = open_pull();
  const auto follow = [&](const Json& url) {
    const std::string text = url;
    const auto answer = ask("GET", text.substr(std::string("http://test").size()));
    EXPECT_EQ(answer.status, 200) << text;
    return answer.body;
  };
  EXPECT_THAT(follow(pull["diff_url"]), HasSubstr("\n+1\n"));
  EXPECT_THAT(follow(pull["patch_url"]), HasSubstr("Subject: [PATCH 2/2] write docs/a.txt\n"));
  EXPECT_EQ(follow(get("contents/docs/a.txt?ref=topic")["download_url"]), "1\n");
  EXPECT_THAT(follow(get("commits/topic")["html_url"].get<std::string>() + ".diff"), HasSubstr("+1\n"));
  must(404, "GET", "/octo/hello/pull/99.diff");
  must(404, "GET", "/octo/hello/raw/topic/none");
  must(404, "GET", "/api/v3/octo/hello/pull/1.diff");
}

TEST_F(FilesTest, ARebaseKeepsEachCommitAndTheBranchMayGo) {
  must(200, "PATCH", "", {{"delete_branch_on_merge", true}, {"allow_merge_commit", false}});
  write("a.txt", "a");
  must(201, "POST", "git/refs", {{"ref", "refs/heads/two"}, {"sha", get("commits/main")["sha"]}});
  write("b.txt", "b", "two");
  write("c.txt", "c", "two");
  write("d.txt", "d");
  must(201, "POST", "pulls", {{"title", "x"}, {"head", "two"}, {"base", "main"}});
  EXPECT_THAT(must(405, "PUT", "pulls/1/merge")["message"], HasSubstr("not allowed"));
  must(200, "PUT", "pulls/1/merge", {{"merge_method", "rebase"}});
  const Json log = get("commits");
  EXPECT_EQ(log[0]["commit"]["message"], "write c.txt");
  EXPECT_EQ(log[0]["parents"].size(), 1u);
  EXPECT_EQ(get("contents").size(), 4u);
  must(404, "GET", "branches/two");
}

/// What diff(1) says is what text_diff says.
TEST(DifferenceTest, IsWhatDiffPrints) {
  std::uint32_t seed = 7;
  const auto random = [&](std::uint32_t below) {
    return (seed = seed * 1664525 + 1013904223) / 65536 % below;
  };
  for (int round = 0; round < 30; ++round) {
    std::string before, after;
    for (int i = 0; i < 40; ++i) {
      const std::string line = "line " + std::to_string(random(6)) + "\n";
      if (random(5) != 0) before += line;
      if (random(5) != 0) after += line;
    }
    if (round % 3 == 0 && !after.empty()) after.pop_back();
    const support::TempDir dir;
    const auto file = [&](const std::string& name, const std::string& text) {
      std::ofstream(dir.path() / name, std::ios::binary) << text;
      return (dir.path() / name).string();
    };
    const std::string a = file("a", before), b = file("b", after),
                      patch = file("p", "--- a\n+++ b\n" + text_diff(before, after).hunks);
    if (before == after) continue;
    const auto patched = support::sh("cd " + dir.str() + " && patch -s -o c a p && cmp b c");
    EXPECT_EQ(patched.status, 0) << patched.text << text_diff(before, after).hunks;
  }
}

TEST(DifferenceTest, OfNothingAndOfAll) {
  EXPECT_EQ(text_diff("", "a\n").hunks, "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(text_diff("a\n", "").hunks, "@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(text_diff("a", "a\n").hunks, "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(text_diff("same", "same").hunks, "");
  EXPECT_TRUE(is_binary(std::string("a\0b", 3)));
}

TEST(MergeTest, LineByLine) {
  EXPECT_EQ(merged_text("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n"), "one\n2\nthree\n");
  EXPECT_EQ(merged_text("1\n2\n", "1\nx\n", "1\nx\n"), "1\nx\n") << "both did the same";
  EXPECT_EQ(merged_text("1\n2\n", "1\nx\n", "1\ny\n"), std::nullopt);
  EXPECT_EQ(merged_text("", "a\n", "b\n"), std::nullopt);
  EXPECT_EQ(merged_text("1\n2\n3\n4\n", "1\n3\n4\n", "1\n2\n3\n4\n5\n"), "1\n3\n4\n5\n");
}

}  // namespace
}  // namespace fakes::github
