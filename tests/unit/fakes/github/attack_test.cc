// Wrong types, odd names, huge and deep bodies, many at once.
#include <thread>

#include "fake.h"

namespace fakes::github {
namespace {

using testing::HasSubstr;

class AttackTest : public GitHubTest {};

TEST_F(AttackTest, WrongTypesAreSaid) {
  must(201, "POST", "issues", {{"title", "x"}});
  open_pull();
  const Json wrong[] = {1,
                        -1,
                        1.5,
                        true,
                        "x",
                        Json::array({1}),
                        Json::object({{"x", 1}}),
                        Json::array({nullptr}),
                        Json::array({Json::array()})};
  const std::pair<const char*, std::vector<std::pair<const char*, const char*>>> routes[] = {
      {"POST",
       {{"issues", "title"},
        {"issues", "labels"},
        {"issues", "assignees"},
        {"issues", "milestone"},
        {"milestones", "title"},
        {"labels", "name"},
        {"git/refs", "ref"},
        {"git/trees", "tree"},
        {"git/blobs", "content"},
        {"git/tags", "tag"},
        {"git/commits", "parents"},
        {"pulls", "head"},
        {"hooks", "config"},
        {"hooks", "events"},
        {"releases", "tag_name"},
        {"pulls/2/reviews", "comments"},
        {"pulls/2/reviews", "event"},
        {"pulls/2/comments", "line"},
        {"pulls/2/requested_reviewers", "reviewers"},
        {"issues/1/reactions", "content"},
        {"merges", "base"},
        {"transfer", "new_owner"},
        {"issues/1/labels", "labels"},
        {"issues/1/assignees", "assignees"}}},
      {"PATCH",
       {{"issues/1", "state"},
        {"issues/1", "milestone"},
        {"pulls/2", "base"},
        {"", "archived"},
        {"", "visibility"},
        {"git/refs/heads/topic", "force"}}},
      {"PUT",
       {{"topics", "names"},
        {"contents/x", "content"},
        {"contents/x", "author"},
        {"branches/main/protection", "required_status_checks"},
        {"issues/1/lock", "lock_reason"},
        {"pulls/2/merge", "sha"}}}};
  for (const auto& [method, fields] : routes)
    for (const auto& [path, field] : fields)
      for (const auto& value : wrong) {
        const std::string target = "/repos/octo/hello" + (path[0] ? "/" + std::string(path) : "");
        const auto answer = ask(method, target, Json{{field, value}}.dump());
        EXPECT_TRUE(answer.status < 500 || answer.status == 501)
            << method << " " << target << " " << field << "=" << value << "\n"
            << answer.body;
        EXPECT_TRUE(answer.status != 400) << method << " " << target << " " << field << "=" << value << "\n"
                                          << answer.body;
      }
}

TEST_F(AttackTest, NullIsNoBody) {
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "null").status, 422);
  EXPECT_EQ(ask("PATCH", "/repos/octo/hello", "null\n").status, 200);
}

TEST_F(AttackTest, ABodyMayBeDeepAndLong) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "{\"title\": \"x\", \"labels\": " + deep + "}").status,
            422);
  EXPECT_EQ(ask("PATCH", "/repos/octo/hello", "{\"nonsense\": " + deep + "}").status, 200);
  const std::string big(3 << 20, 'a');
  const std::string sha = must(201, "POST", "git/blobs", {{"content", big}})["sha"];
  EXPECT_EQ(get("git/blobs/" + sha)["size"], big.size());
  EXPECT_EQ(
      ask("POST", "/repos/octo/hello/git/blobs", "{\"content\": \"" + std::string(41 << 20, 'a') + "\"}")
          .status,
      413);
}

TEST_F(AttackTest, NamesMayBeOfAnyScript) {
  must(201, "POST", "labels", {{"name", "größe/✓"}, {"color", "ffffff"}});
  EXPECT_EQ(get("labels/gr%C3%B6%C3%9Fe%2F%E2%9C%93")["name"], "größe/✓");
  must(201, "PUT", "contents/%E6%97%A5%E6%9C%AC/a%20b%3F.txt", {{"message", "日本"}, {"content", "eA=="}});
  EXPECT_EQ(get("contents/%E6%97%A5%E6%9C%AC")[0]["name"], "a b?.txt");
  EXPECT_EQ(get("commits")[0]["commit"]["message"], "日本");
  must(201, "POST", "milestones", {{"title", "\xF0\x9F\x9A\x80"}});
  const auto bad = ask("POST", "/repos/octo/hello/issues", "{\"title\": \"\xff\"}");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(ask("GET", "/repos/octo/hello/issues?labels=%ff").status, 200);
  EXPECT_EQ(ask("GET", "/repos/octo/hello/issues?labels=%zz").status, 400);
}

TEST_F(AttackTest, Pages) {
  for (int i = 0; i < 3; ++i) must(201, "POST", "issues", {{"title", std::to_string(i)}});
  for (const char* page :
       {"page=0", "page=-1", "page=x", "per_page=0", "per_page=-5", "page=", "page=1&page=2"})
    EXPECT_EQ(get(std::string("issues?") + page).size(), 3u) << page;
  EXPECT_EQ(get("issues?page=99999999999999999999").size(), 3u);
  EXPECT_EQ(get("issues?per_page=2&page=2147483647").size(), 0u);
}

TEST_F(AttackTest, MethodsAndHead) {
  const auto head = ask("HEAD", "/repos/octo/hello");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(ask("HEAD", "/repos/octo/none").status, 404);
  EXPECT_EQ(ask("PUT", "/repos/octo/hello/issues").status, 404);
  EXPECT_EQ(ask("DELETE", "/repos/octo/hello/commits").status, 404);
  EXPECT_EQ(ask("TRACE", "/repos/octo/hello").status, 405);
  const auto etag = ask("GET", "/repos/octo/hello/topics").headers.at("etag");
  EXPECT_EQ(ask("GET", "/repos/octo/hello/topics", "", {"If-None-Match: \"x\", " + etag}).status, 304);
  EXPECT_EQ(ask("PATCH", "/repos/octo/hello", R"({"description": "y"})", {"If-Match: \"wrong\""}).status, 200)
      << "GitHub has no conditions for changes";
}

TEST_F(AttackTest, ManyWriteAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> made = 0, files = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        if (ask("POST", "/repos/octo/hello/issues", R"({"title": "x", "labels": ["a"]})").status == 201)
          ++made;
        const std::string path = "/repos/octo/hello/contents/" + std::to_string(i) + "-" + std::to_string(n);
        if (ask("PUT", path, R"({"message": "m", "content": "eA=="})").status == 201) ++files;
        ask("PATCH", "/repos/octo/hello", R"({"name": "hello"})");
      }
    });
  threads.clear();
  EXPECT_EQ(made, 80);
  EXPECT_EQ(files, 80);
  EXPECT_EQ(get("contents").size(), 80u);
  EXPECT_EQ(get("issues?per_page=100").size(), 80u);
}

TEST_F(AttackTest, ForwardedListsNameTheFirst) {
  const auto answer = ask("GET", "/repos/octo/hello", "",
                          {"X-Forwarded-Proto: https, http", "X-Forwarded-Host: gh.example.com , inner",
                           "X-Forwarded-Prefix: /a, /b"});
  EXPECT_EQ(answer.json()["url"], "https://gh.example.com/a/repos/octo/hello");
  EXPECT_EQ(ask("GET", "/repos/octo/hello", "", {"X-Forwarded-Proto: ,", "X-Forwarded-Host: "}).json()["url"],
            "http://test/repos/octo/hello");
}

}  // namespace
}  // namespace fakes::github
